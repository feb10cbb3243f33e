/** The projects of vitest: each room of tests is in one of them, and those without Python start no process. */
import { describe, expect, it } from 'vitest';
import { PROCESSES, WITHOUT_PYTHON } from '../setup/rooms.js';
import { filesUnder, importsOfTypeScript, readSource } from './read-imports.js';

const imports = filesUnder('test', '.ts').flatMap((file) => importsOfTypeScript(file, readSource(file)));

/** The files, and those of the tests that they import. */
function withImported(files: readonly string[]): Set<string> {
  const found = new Set(files);
  for (const file of found) {
    for (const { from, to, typeOnly } of imports) {
      if (from === file && to.startsWith('test/') && !typeOnly) found.add(to.replace(/\.js$/, '.ts'));
    }
  }
  return found;
}

describe('the projects of vitest', () => {
  it('have rooms with tests, each in one project', () => {
    const rooms = [...PROCESSES, ...WITHOUT_PYTHON];
    expect(new Set(rooms).size).toBe(rooms.length);
    expect(rooms.filter((room) => filesUnder(`test/${room}`, '.test.ts').length === 0)).toEqual([]);
  });

  it('without Python start no process', () => {
    const files = withImported(WITHOUT_PYTHON.flatMap((room) => filesUnder(`test/${room}`, '.ts')));
    const starting = imports.filter(({ from, to }) => files.has(from) && /^(?:node:child_process|execa)$/.test(to));
    expect(starting.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});
