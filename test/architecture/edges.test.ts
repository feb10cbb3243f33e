/** The rooms at the edges: the protocol, the processes and sockets below the jobs, and the command line above them. */
import { describe, expect, it } from 'vitest';
import { filesUnder, importsOfTypeScript, readSource } from './read-imports.js';

const imports = filesUnder('src', '.ts')
  .flatMap((file) => importsOfTypeScript(file, readSource(file)))
  .filter(({ to }) => to.startsWith('src/'));
const isIn = (path: string, rooms: readonly string[]) => rooms.some((room) => path.startsWith(`src/${room}/`));
const written = ({ from, to }: { from: string; to: string }) => `${from} imports ${to}`;
const FILES = ['src/errors.js', 'src/nearest.js', 'src/options.js', 'src/version.js'];

describe('a room imports only the rooms below it', () => {
  const definitions = ['definitions', 'datasets', 'teachers', 'catalogue'];
  it.each([
    ['protocol', []],
    ['sidecar/transport', ['protocol', 'system']],
    ['sidecar/process', ['installation', 'system']],
    ['sidecar', ['protocol', 'installation', 'system']],
    ['bridge', ['sidecar/process', 'installation', 'system']],
    ['benchmarks', [...definitions, 'spaces', 'assets', 'installation', 'protocol', 'sidecar', 'system']],
    [
      'doctor',
      [...definitions, 'plugins', 'assets', 'benchmarks', 'bridge', 'config', 'installation', 'protocol', 'sidecar'],
    ],
    ['terminal/input', ['benchmarks', 'catalogue', 'definitions', 'installation', 'protocol']],
  ])('%s', (room, below) => {
    const own = imports.filter(({ from }) => isIn(from, [room]));
    const wrong = own.filter(({ to }) => !isIn(to, [room, ...below]) && !FILES.includes(to));
    expect(filesUnder(`src/${room}`, '.ts').length).toBeGreaterThan(0);
    expect(wrong.map(written)).toEqual([]);
  });
});

describe('the command line', () => {
  it('is the only user of the terminal', () => {
    const users = imports.filter(({ from, to }) => isIn(to, ['terminal']) && !isIn(from, ['terminal', 'commands']));
    expect(users.map(written)).toEqual([]);
  });

  it('reaches sidecars through jobs and services only', () => {
    const wrong = imports.filter(
      ({ from, to }) => isIn(from, ['terminal', 'commands']) && isIn(to, ['sidecar', 'store']),
    );
    expect(wrong.map(written)).toEqual([]);
  });

  it('has commands of fewer than 80 lines', () => {
    const long = filesUnder('src/commands', '.ts').filter((file) => readSource(file).split('\n').length > 80);
    expect(long).toEqual([]);
  });
});
