import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Check, type Diagnosis, diagnose } from '../../src/doctor/index.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { scaled } from '../support/limits.js';
import { temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const data = process.env.RMINAS_TEST_DATA;
const REQUIRED = ['python', 'torch', 'numpy', 'scikit-learn', 'pyzmq', 'jsonschema-rs', 'pillow', 'rminas_sidecar'];

let folder: string;
/** A Python in a new environment without any package. */
let bare: string;

beforeAll(async () => {
  folder = temporaryFolder();
  execFileSync(await findPython(), ['-m', 'venv', '--without-pip', join(folder, 'bare')]);
  bare = join(folder, 'bare/bin/python');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

/** A folder that has a distribution in it, for PYTHONPATH. */
function distribution(name: string, version: string, module: string, source: string): string {
  const place = `packages-${name}`;
  write(
    `${place}/${name}-${version}.dist-info/METADATA`,
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  );
  write(`${place}/${module}/__init__.py`, source);
  return join(folder, place);
}

async function doctor(args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
  const { code, stdout, stderr } = await runInProcess(['doctor', '--json', ...args], options);
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  const check = (name: string): Check => {
    const found = diagnosis.checks.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`no check ${name}`);
    return found;
  };
  return { code, stderr, diagnosis, check };
}

describe('a complete Python', () => {
  it('is ready, with one line per check', async () => {
    const { code, stdout } = await runInProcess(['doctor']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.pop()).toBe('The default search can run.');
    expect(code).toBe(0);
    for (const line of lines) expect(line).toMatch(/^(ok|missing|wrong) /);
    for (const name of REQUIRED) expect(lines.find((line) => line.split(/ +/)[1] === name)).toMatch(/^ok /);
    expect(stdout).toContain('1437 of 1437 training images');
    expect(stdout).toMatch(/xnas .*\(optional\)|ok +xnas/);
  });

  it('distinguishes a broken file from a missing one, and requires neither', async () => {
    write('data/cifar-10-batches-py/data_batch_1', 'no pickle');
    write('data/teachers/resnet20.th', 'no checkpoint');
    write('home/benchmarks/nas-bench-201.sqlite', 'no database');
    const { code, check, diagnosis } = await doctor(['--data', join(folder, 'data')], {
      env: { RMINAS_HOME: join(folder, 'home'), XNAS_HOME: folder },
    });
    expect(check('cifar10 images')).toMatchObject({ status: 'wrong', required: false });
    expect(check('cifar10 images').detail).toContain(join(folder, 'data/cifar-10-batches-py/data_batch_1'));
    expect(check('cifar10 teacher').detail).toContain(join(folder, 'data/teachers/resnet20.th'));
    expect(check('nas-bench-201 index')).toMatchObject({ status: 'wrong', required: false });
    expect(check('nas-bench-macro index')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('ship with rminas'),
    });
    expect(check('xnas')).toMatchObject({ status: 'wrong', detail: expect.stringContaining('XNAS_HOME') });
    expect(diagnosis.ready).toBe(true);
    expect(code).toBe(0);
  });

  it.skipIf(data === undefined)('counts the images of CIFAR-10 (needs RMINAS_TEST_DATA)', async () => {
    const { check } = await doctor(['--data', String(data)]);
    expect(check('cifar10 images').detail).toMatch(/^2000 of 50000 training images at /);
    expect(check('cifar10 teacher').status).toBe('ok');
  });
});

describe('an incomplete Python', () => {
  it('lists missing packages and the modules that need them', async () => {
    const { code, check } = await doctor(['--python', bare]);
    expect(check('python').status).toBe('ok');
    expect(check('torch')).toMatchObject({ status: 'missing', detail: 'not installed (>=2.6)' });
    expect(check('rminas_sidecar').status).toBe('ok');
    expect(check('digits images')).toMatchObject({ status: 'missing', required: true });
    expect(check('digits images').detail).toContain('has no module');
    expect(code).toBe(3);
  });

  it('reports a package that is too old', async () => {
    const PYTHONPATH = distribution('pyzmq', '25.1.2', 'zmq', '');
    const { check } = await doctor(['--python', bare], { env: { PYTHONPATH } });
    expect(check('pyzmq')).toMatchObject({ status: 'wrong', detail: '25.1.2 is not >=26' });
  });

  it('reports an installed package that cannot be imported', async () => {
    const PYTHONPATH = distribution('torch', '2.6.0', 'torch', 'raise OSError("libcudart.so.12: no such file")\n');
    const { check } = await doctor(['--python', bare], { env: { PYTHONPATH } });
    expect(check('torch').status).toBe('wrong');
    expect(check('torch').detail).toContain('libcudart.so.12');
  });

  it('survives an import that kills the interpreter', async () => {
    const PYTHONPATH = distribution('numpy', '2.0.0', 'numpy', 'import os\nos.kill(os.getpid(), 11)\n');
    const { code, check } = await doctor(['--python', bare], { env: { PYTHONPATH } });
    expect(check('torch').status).toBe('missing');
    expect(check('numpy')).toMatchObject({ status: 'wrong', detail: `${bare} has ended: SIGSEGV.` });
    expect(check('pyzmq').status).toBe('wrong');
    expect(check('node').status).toBe('ok');
    expect(code).toBe(3);
  });

  it('does not wait for an import that hangs', async () => {
    const before = process.env.PYTHONPATH;
    process.env.PYTHONPATH = distribution('numpy', '2.1.0', 'numpy', 'import time\ntime.sleep(600)\n');
    try {
      const timeoutMs = scaled(1_000);
      const { checks } = await diagnose({ python: bare, timeoutMs });
      const detail = (name: string) => checks.find((check) => check.name === name)?.detail;
      expect(detail('numpy')).toContain(`did not answer within ${timeoutMs} ms`);
      expect(detail('pyzmq')).toContain('the bridge was closed');
    } finally {
      if (before === undefined) delete process.env.PYTHONPATH;
      else process.env.PYTHONPATH = before;
    }
  });
});

describe('an unusable Python', () => {
  it.each([
    ['absent', () => '/nonexistent', 'missing', '/nonexistent'],
    ['garbage', () => write('garbage', '#!/bin/sh\necho "hello, world"\n'), 'wrong', 'it printed "hello, world"'],
    [
      'too old',
      () => write('old', `#!/bin/sh\necho 'rminas-interpreter ["/usr/bin/python3.8", [3, 8, 10], "/usr"]'\n`),
      'wrong',
      '3.8.10 at /usr/bin/python3.8 is not >=3.10',
    ],
  ])('%s', async (_name, python, status, detail) => {
    const { code, check, diagnosis, stderr } = await doctor(['--python', python()]);
    expect(check('python').status).toBe(status);
    expect(check('python').detail).toContain(detail);
    expect(check('python').nextStep).not.toBeNull();
    expect(check('torch')).toMatchObject({ status: 'missing', detail: 'not checked without a usable Python' });
    expect(check('zeromq').status).toBe('ok');
    expect(diagnosis.ready).toBe(false);
    expect(code).toBe(3);
    expect(stderr).toBe('');
  });

  it('does not affect the check of an unwritable folder for runs', async () => {
    const file = write('occupied/exp', '');
    const { check } = await doctor(['--python', '/nonexistent'], { cwd: dirname(file) });
    expect(check('disk for runs')).toMatchObject({
      status: 'wrong',
      required: true,
      detail: `${file} is not writable`,
    });
  });

  it.runIf(process.platform === 'linux')('does not affect the finding of a data home that cannot be one', async () => {
    const { check, code } = await doctor(['--python', '/nonexistent'], { env: { RMINAS_HOME: '/proc/rminas' } });
    expect(check('digits images')).toMatchObject({ status: 'wrong', detail: expect.stringContaining('/proc/rminas') });
    expect(code).toBe(3);
  });

  it('is named in the text output', async () => {
    const { code, stdout } = await runInProcess(['doctor', '--python', '/nonexistent']);
    expect(stdout).toMatch(/^missing {2}python .*\/nonexistent.*→/m);
    expect(stdout).toMatch(/The default search cannot run: python, torch,.*\.\n$/);
    expect(code).toBe(3);
  });
});
