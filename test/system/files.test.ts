import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { dataHome } from '../../src/installation/places.js';
import { ensureJobFolder } from '../../src/store/folder.js';
import { readBounded, writeAtomically } from '../../src/system/files.js';
import { isPseudo, makeFolder } from '../../src/system/folders.js';
import { parseJson } from '../../src/system/json.js';
import { temporaryFolder } from '../support/run-cli.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'file');
});

describe('a file', () => {
  it.each([0, 1, 65_535, 65_536, 200_000])('of %i bytes is read whole', (bytes) => {
    const content = Buffer.from(Array.from({ length: bytes }, (_, at) => at % 251));
    writeFileSync(file, content);
    expect(readBounded(file, 200_000).equals(content)).toBe(true);
  });

  it('of more bytes than expected is refused', () => {
    writeFileSync(file, 'four');
    expect(readBounded(file, 4).toString()).toBe('four');
    expect(() => readBounded(file, 3)).toThrow(
      expect.objectContaining({ problem: 'too-large', message: 'has 4 bytes, more than 3' }),
    );
  });

  it.runIf(existsSync('/proc/self/status'))('without a size is read, within the bound', () => {
    expect(readBounded('/proc/self/status', 100_000).toString()).toContain('VmRSS');
    expect(() => readBounded('/proc/self/status', 100)).toThrow(expect.objectContaining({ problem: 'too-large' }));
  });

  it('that is missing is told from one that is something else', () => {
    expect(() => readBounded(file, 1)).toThrow(expect.objectContaining({ problem: 'missing' }));
    expect(() => readBounded(folder, 1)).toThrow(
      expect.objectContaining({ problem: 'not-a-file', message: 'is a folder, not a regular file' }),
    );
  });
});

describe('writing in one step', () => {
  it('replaces the file, and leaves nothing else', () => {
    writeFileSync(file, 'old', { mode: 0o640 });
    const before = statSync(file);
    writeAtomically(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).ino).not.toBe(before.ino);
    expect(statSync(file).mode).toBe(before.mode);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('keeps a link, and replaces what it leads to', () => {
    writeFileSync(join(folder, 'target'), 'old');
    symlinkSync('target', file);
    writeAtomically(file, 'new');
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['file', 'target']);
  });

  it('keeps the old file when the new one cannot be written', () => {
    writeFileSync(file, 'old');
    mkdirSync(join(folder, '.file.draft', 'in the way'), { recursive: true });
    expect(() => writeAtomically(file, 'new')).toThrow();
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it.skipIf(process.platform === 'win32')('does not wait for the reader of a FIFO', () => {
    execFileSync('mkfifo', [file]);
    expect(() => writeAtomically(file, 'new')).toThrow('ENXIO');
  });
});

describe('making a folder', () => {
  it('makes those above it, and accepts one that exists', () => {
    makeFolder(join(folder, 'a/b/c'));
    makeFolder(join(folder, 'a/b/c'));
    expect(statSync(join(folder, 'a/b/c')).isDirectory()).toBe(true);
  });

  it.each(['', '/below'])('fails where a file is in its place%s', (below) => {
    writeFileSync(file, '');
    expect(() => makeFolder(`${file}${below}`)).toThrow(/EEXIST|ENOTDIR/);
  });

  it.runIf(existsSync('/proc/self'))('ends below a pseudo file system', () => {
    expect(() => makeFolder('/proc/rminas/deep')).toThrow('ENOENT');
    expect(() => ensureJobFolder('/proc/rminas/run')).toThrow(UsageError);
  });
});

describe('the data home', () => {
  it.runIf(existsSync('/proc/self'))('is refused below a pseudo file system, also through a link', () => {
    symlinkSync('/proc', file);
    for (const home of ['/proc/rminas', '/sys', '/dev/rminas', join(file, 'rminas')]) {
      expect(() => dataHome({ RMINAS_HOME: home })).toThrow(
        expect.objectContaining({ code: 'invalid-home', exitCode: 2, message: expect.stringContaining(home) }),
      );
    }
    expect(() => dataHome({ XDG_DATA_HOME: '/proc' })).toThrow(UsageError);
    expect(isPseudo('/dev/shm/rminas')).toBe(false);
    expect(isPseudo('/process/rminas')).toBe(false);
  });
});

describe('JSON', () => {
  it('is parsed up to a number of values, and brackets in texts do not count', () => {
    const text = JSON.stringify([{ a: '[[[{{{,,,\\"[[[' }, [1, 2]]);
    expect(parseJson(text, 5)).toEqual(JSON.parse(text));
    expect(() => parseJson(text, 4)).toThrow(SyntaxError);
    expect(() => parseJson('"an open text\\', 4)).toThrow(SyntaxError);
  });
});
