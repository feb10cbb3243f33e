/** `rminas setup` of an installed copy: real virtual environments and the real pip, with tiny packages from a folder. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Diagnosis } from '../../src/doctor/index.js';
import type { SetupReport } from '../../src/setup/index.js';
import { isAlive } from '../sidecar/harness.js';
import { installed, program, sitePackages, venvPython } from '../support/environments.js';
import { installedCopy } from '../support/installed-copy.js';
import { scaled } from '../support/limits.js';
import { type CliResult, temporaryFolder } from '../support/run-cli.js';
import { distributions } from '../support/tiny-distributions.js';

/** The versions that the constraints pin for the Python of the tests, and newer versions that pip would prefer. */
const PINNED = [
  'torch==2.13.0+cpu:torch',
  'numpy==NUMPY:numpy',
  'scikit-learn==SKLEARN:sklearn',
  'jsonschema-rs==0.60.3:jsonschema_rs',
  'pillow==PILLOW:PIL',
];
const NEWER = ['torch==2.99.0:torch', 'numpy==9.9.9:numpy', 'pyzmq==99.0:zmq'];
const PYZMQ = 'pyzmq==27.3.0:zmq';

const ground = temporaryFolder();
const fresh = () => mkdtempSync(join(ground, 'part-'));

let rminas: string;
/** Folders with distributions for pip. */
let wheels: string;
let slow: string;
/** A data home in which the setup has ended. */
let ready: string;
let first: CliResult;

function start(home: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const env = {
    ...process.env,
    ...{ VIRTUAL_ENV: '', CONDA_PREFIX: '', RMINAS_PYTHON: '', PYTHONPATH: '', NO_COLOR: '1' },
    ...{ RMINAS_HOME: home, PIP_CONFIG_FILE: '/dev/null', PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels },
    ...environment,
  };
  const child = spawn(process.execPath, [join(rminas, 'bin/run.js'), ...args], { env, cwd: fresh() });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CliResult>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

async function setup(home: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const result = await start(home, ['setup', '--json', ...args], environment).ended;
  return {
    ...result,
    report: JSON.parse(result.stdout) as SetupReport & {
      error: { message: string; code: string; nextSteps: string[] };
    },
  };
}

/** A copy of the data home in which the setup has ended. */
function copyOfReady(): string {
  const home = fresh();
  cpSync(ready, home, { recursive: true, verbatimSymlinks: true });
  return home;
}

/** A data home whose environment has only pip. Making one takes longer than everything that is installed into it. */
function emptyEnvironment(): string {
  const home = copyOfReady();
  const packages = sitePackages(home);
  for (const name of readdirSync(packages)) {
    if (!/^(?:pip|setuptools|pkg_resources|_distutils_hack|distutils)/.test(name))
      rmSync(join(packages, name), { recursive: true });
  }
  rmSync(join(home, 'venv/.rminas-setup'));
  return home;
}

/** A PATH whose `python3` makes environments as copies of one that has only pip. */
function pathOfCopies(): string {
  const folder = fresh();
  const python = join(folder, 'python3');
  // Called as `python3 -I -m venv --clear FOLDER`, or to tell its version.
  const lines = [
    '#!/bin/sh',
    `[ "$3" = venv ] && rm -rf "$5" && exec cp -a "${join(emptyEnvironment(), 'venv')}" "$5"`,
    `echo 'rminas-interpreter ["${python}", [3, 11, 0], "/usr"]'`,
  ];
  program(python, `${lines.join('\n')}\n`);
  return `${folder}:${process.env.PATH}`;
}

beforeAll(async () => {
  rminas = installedCopy('dependency');
  const folder = fresh();
  wheels = distributions(join(folder, 'wheels'), [...PINNED, ...NEWER, PYZMQ, 'torch==2.13.0:torch']);
  slow = distributions(join(folder, 'slow'), [...PINNED, `slow:${PYZMQ}`]);
  ready = fresh();
  first = await start(ready, ['setup']).ended;
}, scaled(240_000));
// Ten environments with pip have many files: the teardown of all tests would take long over them.
afterAll(() => rm(ground, { recursive: true, force: true, maxRetries: 3 }), scaled(240_000));

describe('setup from nothing', { timeout: scaled(240_000) }, () => {
  it('makes an environment, says which build of PyTorch it takes, and names the next step', () => {
    expect(first).toMatchObject({ code: 0, signal: null });
    expect(first.stderr).toContain('setup: Installing PyTorch 2.13.0, CPU build, because nvidia-smi lists no GPU');
    expect(first.stdout).toContain(`Installed: ${venvPython(ready)}, with the CPU build of PyTorch.`);
    expect(first.stdout).toContain('npx rminas doctor');
  });

  it('installs the versions of the constraints, although newer ones are there', () => {
    const versions = installed(ready);
    expect(versions).toHaveLength(6);
    expect(versions).toEqual(expect.arrayContaining(['torch-2.13.0+cpu', 'pyzmq-27.3.0', 'jsonschema_rs-0.60.3']));
    expect(versions.join()).not.toMatch(/9\.9|99/);
  });

  it('does nothing the second time', async () => {
    const before = statSync(join(sitePackages(ready), 'torch/__init__.py'));
    const { code, report, stderr } = await setup(ready);
    expect(code).toBe(0);
    expect(report).toMatchObject({ status: 'unchanged', python: venvPython(ready), torch: 'cpu' });
    expect(stderr).toBe('');
    expect(statSync(join(sitePackages(ready), 'torch/__init__.py')).ino).toBe(before.ino);
  });

  it('is found afterwards, also when the active environment lacks the packages', async () => {
    const bare = join(fresh(), 'bare');
    spawnSync('python3', ['-m', 'venv', '--without-pip', bare]);
    for (const environment of [{}, { VIRTUAL_ENV: bare }, { CONDA_PREFIX: bare }]) {
      const { stdout } = await start(ready, ['doctor', '--json'], environment).ended;
      const { checks } = JSON.parse(stdout) as Diagnosis;
      expect(checks.find(({ name }) => name === 'python')?.detail).toContain(venvPython(ready));
      expect(checks.find(({ name }) => name === 'torch')).toMatchObject({ status: 'ok', detail: '2.13.0+cpu' });
    }
  });

  it('installs packages that were removed since', async () => {
    const home = copyOfReady();
    rmSync(join(sitePackages(home), 'pyzmq-27.3.0.dist-info'), { recursive: true });
    expect((await setup(home)).report.status).toBe('installed');
    expect(installed(home)).toContain('pyzmq-27.3.0');
  });

  it('takes the CUDA build when there is a GPU, and replaces it when told so', async () => {
    const home = emptyEnvironment();
    const smi = dirname(program(join(home, 'bin/nvidia-smi'), '#!/bin/sh\necho "GPU 0: NVIDIA H100 (UUID: GPU-1)"\n'));
    const PATH = `${smi}:${process.env.PATH}`;
    const cuda = await setup(home, [], { PATH });
    expect(cuda.report).toMatchObject({ torch: 'cuda', reason: 'nvidia-smi lists GPU 0: NVIDIA H100' });
    expect(installed(home)).toContain('torch-2.13.0');
    expect((await setup(home)).report).toMatchObject({ status: 'unchanged', torch: 'cuda' });
    expect((await setup(home, ['--torch', 'cpu'])).report).toMatchObject({ status: 'installed', torch: 'cpu' });
    expect(installed(home)).toContain('torch-2.13.0+cpu');
    expect(installed(home)).not.toContain('torch-2.13.0');
  });
});

describe('an existing Python', { timeout: scaled(120_000) }, () => {
  it.each([
    ['--python', () => ['--python', venvPython(ready)], () => ({})],
    ['RMINAS_PYTHON', () => [], () => ({ RMINAS_PYTHON: venvPython(ready) })],
    ['the active environment', () => [], () => ({ VIRTUAL_ENV: join(ready, 'venv') })],
    ['the active environment', () => [], () => ({ CONDA_PREFIX: join(ready, 'venv') })],
  ])('is used when it has everything: %s', async (origin, args, environment) => {
    const home = fresh();
    const { code, report } = await setup(home, args(), environment());
    expect(code).toBe(0);
    expect(report).toMatchObject({ status: 'suffices', origin, python: venvPython(ready) });
    expect(readdirSync(home)).toEqual([]);
  });

  it('is left unchanged when it lacks something, and the report names it', async () => {
    const home = emptyEnvironment();
    const bare = join(home, 'bare');
    spawnSync('python3', ['-m', 'venv', '--without-pip', bare]);
    const { code, report } = await setup(home, [], { VIRTUAL_ENV: bare });
    expect(code).toBe(0);
    expect(report).toMatchObject({ status: 'installed', python: venvPython(home) });
    expect(report.notices.join()).toContain(
      `${bare}/bin/python (the active environment) does not suffice: torch is not`,
    );
  });
});

describe('an interrupted setup', { timeout: scaled(240_000) }, () => {
  it('ends in order by Ctrl-C in the middle of pip, and continues where it was', async () => {
    const home = fresh();
    const BUILDING = join(home, 'building');
    const RELEASE = join(home, 'release');
    const environment = { BUILDING, RELEASE, PIP_FIND_LINKS: slow, PATH: pathOfCopies() };
    const { child, ended } = start(home, ['setup'], environment);
    await vi.waitFor(() => expect(readFileSync(BUILDING, 'utf8')).toMatch(/^\d+$/), {
      timeout: scaled(200_000),
      interval: 50,
    });
    const builder = Number(readFileSync(BUILDING, 'utf8'));
    expect(child.exitCode).toBeNull();
    const second = await setup(home, [], environment);
    expect(second).toMatchObject({ code: 2, report: { error: { code: 'run-in-use' } } });
    expect(second.report.error.message).toContain(`process ${child.pid} has been at work in ${home}`);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('It continues with: npx rminas setup');
    await vi.waitFor(() => expect(isAlive(builder)).toBe(false), { timeout: scaled(60_000) });
    expect(existsSync(join(home, 'venv/.rminas-setup'))).toBe(false);

    const torch = statSync(join(sitePackages(home), 'torch/__init__.py')).ino;
    writeFileSync(RELEASE, '');
    expect((await setup(home, [], environment)).report).toMatchObject({ status: 'installed' });
    expect(installed(home)).toHaveLength(6);
    expect(statSync(join(sitePackages(home), 'torch/__init__.py')).ino).toBe(torch);
    expect((await setup(home, [], environment)).report.status).toBe('unchanged');
  });

  it('makes a half-made environment anew', async () => {
    const home = fresh();
    spawnSync('python3', ['-m', 'venv', '--without-pip', join(home, 'venv')]);
    const half = program(join(home, 'venv/remains'), '');
    expect((await setup(home)).report.status).toBe('installed');
    expect(existsSync(half)).toBe(false);
  });
});

describe('a setup that fails', { timeout: scaled(120_000) }, () => {
  it('names the versions of a Python that is too old', async () => {
    const old = `#!/bin/sh\necho 'rminas-interpreter ["/usr/bin/python3.8", [3, 8, 10], "/usr"]'\n`;
    const python = program(join(fresh(), 'python3'), old);
    const { code, report } = await setup(fresh(), [], { PATH: dirname(python) });
    expect(code).toBe(3);
    expect(report.error).toMatchObject({
      code: 'python-unusable',
      message: `The sidecar needs Python >=3.10: ${python} is 3.8.10.`,
    });
  });

  it('names a folder that it cannot write', async () => {
    const file = program(join(fresh(), 'file'), '');
    const { code, report } = await setup(join(file, 'home'));
    expect(code).toBe(3);
    expect(report.error).toMatchObject({ code: 'unwritable', message: expect.stringContaining(`${file}/home`) });
  });

  it('says that there is no Python', async () => {
    const { code, report } = await setup(fresh(), [], { PATH: fresh() });
    expect(code).toBe(3);
    expect(report.error).toMatchObject({ code: 'python-missing', message: expect.stringContaining('no python3') });
    expect(report.error.nextSteps[0]).toContain('Install a newer Python');
  });

  it("shows pip's useful line, and continues when the cause is gone", async () => {
    const home = fresh();
    const some = distributions(join(home, 'some'), ['torch==2.13.0+cpu:torch']);
    const failed = await setup(home, [], { PIP_FIND_LINKS: some, PATH: pathOfCopies() });
    expect(failed.code).toBe(3);
    expect(failed.report.error.code).toBe('setup-failed');
    expect(failed.report.error.message).toMatch(
      /failed: pip finds no numpy>=1.26 in the version numpy==2\.\d+\.\d+ for this Python/,
    );
    expect(failed.report.error.nextSteps.join()).toContain('`npx rminas setup` again');
    expect((await setup(home)).report.status).toBe('installed');
  });

  it('never takes another build of PyTorch than the one it names', async () => {
    const home = emptyEnvironment();
    const other = distributions(join(home, 'other'), ['torch==2.13.0:torch', 'torch==2.99.0+cpu:torch']);
    const { code, report, stderr } = await setup(home, [], { PIP_FIND_LINKS: other });
    expect(code).toBe(3);
    expect(report.error.message).toContain('pip finds no torch==2.13.0+cpu in the version torch==2.13.0');
    expect(stderr).toContain('CPU build, from https://download.pytorch.org/whl/cpu');
    expect(installed(home)).toEqual([]);
  });

  it('is a usage error for an unknown build', async () => {
    expect((await setup(fresh(), ['--torch', 'rocm'])).code).toBe(2);
  });
});
