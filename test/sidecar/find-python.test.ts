import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { MissingError } from '../../src/errors.js';
import { findPython, type SearchContext } from '../../src/sidecar/process/find-python.js';
import { useGround } from './harness.js';

const ground = useGround();
const at = (...parts: string[]) => join(ground.folder, ...parts);

function program(...parts: string[]): string {
  const file = at(...parts);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

let environment: Record<string, string>;
const find = (named?: string, platform: NodeJS.Platform = 'linux') =>
  findPython(named, { environment, packageRoot: at('package'), platform } satisfies SearchContext);

beforeEach(() => {
  environment = { PATH: `${at('empty')}:${at('path')}`, VIRTUAL_ENV: at('venv'), CONDA_PREFIX: at('conda') };
});

it('tries the candidates in order', async () => {
  const list = [
    program('path', 'python'),
    program('path', 'python3'),
    program('conda', 'bin', 'python'),
    program('venv', 'bin', 'python'),
    program('package', '.venv', 'bin', 'python'),
  ];
  for (const expected of list.toReversed()) {
    expect(await find()).toBe(expected);
    chmodSync(expected, 0o644);
  }
  await expect(find()).rejects.toMatchObject({
    code: 'python-missing',
    exitCode: 3,
    nextSteps: expect.arrayContaining([expect.stringContaining('npm run setup')]),
  });
});

it('prefers a named interpreter to RMINAS_PYTHON, and RMINAS_PYTHON to all others', async () => {
  program('package', '.venv', 'bin', 'python');
  const named = program('named');
  environment.RMINAS_PYTHON = program('variable');
  expect(await find(named)).toBe(named);
  expect(await find()).toBe(at('variable'));
});

it('looks up a bare name on the PATH', async () => {
  expect(await find('python3.12').catch((error: unknown) => error)).toBeInstanceOf(MissingError);
  expect(await find(program('path', 'python3.12') && 'python3.12')).toBe(at('path', 'python3.12'));
});

it('does not try others when the named interpreter does not exist', async () => {
  program('package', '.venv', 'bin', 'python');
  await expect(find('/nowhere/python')).rejects.toMatchObject({ message: expect.stringContaining('/nowhere/python') });
  environment.RMINAS_PYTHON = '/nowhere/else';
  await expect(find()).rejects.toMatchObject({ message: expect.stringContaining('RMINAS_PYTHON') });
});

it('skips a folder with the name of a program', async () => {
  mkdirSync(at('package', '.venv', 'bin', 'python'), { recursive: true });
  await expect(find()).rejects.toBeInstanceOf(MissingError);
  await expect(find(at('package'))).rejects.toBeInstanceOf(MissingError);
});

it('knows the places on Windows', async () => {
  const conda = program('conda', 'python.exe');
  expect(await find(undefined, 'win32')).toBe(conda);
  const venv = program('venv', 'Scripts', 'python.exe');
  expect(await find(undefined, 'win32')).toBe(venv);
});

it('finds an interpreter on this machine', async () => {
  expect(await findPython()).toMatch(/python/);
});
