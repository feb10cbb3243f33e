import { describe, expect, it } from 'vitest';
import { examine, examineInTurn, isReady, missing, ok, wrong } from '../../src/doctor/check.js';
import { checkDisk, checkMemory, checkTransport } from '../../src/doctor/verdicts.js';
import { MissingError, SidecarError } from '../../src/errors.js';
import { parseProject, readProject } from '../../src/installation/project.js';

const GIB = 1024 ** 3;

describe('findings', () => {
  it('require memory for one worker', () => {
    expect(checkMemory(8 * GIB)).toEqual(ok('8.0 GiB free'));
    expect(checkMemory(0.5 * GIB)).toMatchObject({
      status: 'wrong',
      detail: '0.5 GiB free, but a search needs 0.8 GiB',
    });
  });

  it('require a writable disk with free space', () => {
    expect(checkDisk({ folder: '/runs', freeBytes: GIB, writable: true }, 'Go.')).toEqual(ok('1.0 GiB free at /runs'));
    expect(checkDisk({ folder: '/runs', freeBytes: 1000, writable: true }, 'Go.').status).toBe('wrong');
    expect(checkDisk({ folder: '/runs', freeBytes: GIB, writable: false }, 'Go.')).toEqual(
      wrong('/runs is not writable', 'Go.'),
    );
  });

  it('accept encrypted TCP without ipc, but not unencrypted TCP', () => {
    expect(checkTransport({ version: '4.3.5', ipc: true, curve: false }).status).toBe('ok');
    expect(checkTransport({ version: '4.3.5', ipc: false, curve: true })).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('CURVE'),
    });
    expect(checkTransport({ version: '4.3.5', ipc: false, curve: false }).status).toBe('wrong');
  });
});

describe('checks', () => {
  it('are ready when every required check is ok', () => {
    const torch = { name: 'torch', required: true };
    const xnas = { name: 'xnas', required: false };
    expect(
      isReady([
        { ...torch, ...ok('2.2') },
        { ...xnas, ...missing('no', 'Get it.') },
      ]),
    ).toBe(true);
    expect(isReady([{ ...torch, ...wrong('1.0', 'Get it.') }])).toBe(false);
    expect(isReady([{ ...torch, ...missing('no', 'Get it.') }])).toBe(false);
  });

  it('are told one by one, each before the next question is asked', async () => {
    const order: string[] = [];
    const question = (name: string) => ({
      ...{ name, required: true },
      ask: () => {
        order.push(`asked ${name}`);
        return ok('here');
      },
    });
    const checks = await examineInTurn([question('a'), question('b')], ({ name }) => order.push(`told ${name}`));
    expect(order).toEqual(['asked a', 'told a', 'asked b', 'told b']);
    expect(checks.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('turn an RminasError into a finding, and rethrow a bug', async () => {
    const asking = (error: Error) =>
      examine({
        name: 'it',
        required: true,
        ask: () => {
          throw error;
        },
      });
    const absent = new MissingError('not there', { code: 'missing-teacher', nextSteps: ['Get it.', 'Or not.'] });
    expect(await asking(absent)).toEqual({ name: 'it', required: true, ...missing('not there', 'Get it.') });
    expect(await asking(new SidecarError('dead', { code: 'bridge-ended' }))).toMatchObject({ status: 'wrong' });
    await expect(asking(new TypeError('bug'))).rejects.toThrow('bug');
  });
});

describe('pyproject.toml', () => {
  it('lists the requirements of the sidecar', async () => {
    const project = readProject();
    expect(project.python).toBe('>=3.10');
    expect(project.requirements.map(({ name }) => name)).toEqual([
      'torch',
      'numpy',
      'scikit-learn',
      'pyzmq',
      'jsonschema-rs',
      'pillow',
    ]);
    expect(project.requirements.every(({ range }) => range.startsWith('>='))).toBe(true);
  });

  it('must have the keys', () => {
    expect(() => parseProject('[project]\nversion = "1"\n')).toThrow('dependencies');
  });
});
