/** The package as a new user installs it: the tarball in an empty folder with an empty home, and the wheel. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/doctor/index.js';
import type { SetupReport } from '../../src/setup/index.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const MINUTES = 60_000;
const stranger = temporaryFolder();
const project = join(stranger, 'project');
const home = join(stranger, 'home');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without this user's environment, except for the addresses of the package registries. */
function run(command: string, args: readonly string[], cwd = project, more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { HOME: _, VIRTUAL_ENV, CONDA_PREFIX, RMINAS_PYTHON, RMINAS_HOME, PYTHONPATH, ...inherited } = process.env;
  const env = { ...inherited, HOME: home, NO_COLOR: '1', npm_config_update_notifier: 'false', ...more };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

async function succeed(command: string, args: readonly string[], cwd = project, more: NodeJS.ProcessEnv = {}) {
  const ended = await run(command, args, cwd, more);
  expect(ended, `${command} ${args.join(' ')}\n${ended.stderr}`).toMatchObject({ code: 0 });
  return ended;
}

const rminas = (...args: string[]) => run('npx', ['--no-install', 'rminas', ...args]);
const installed = (path: string) => join(project, 'node_modules/rminas', path);

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** A copy of the working tree: packing compiles again, and other tests use the compiled files here. */
async function copyOfCheckout(): Promise<string> {
  const copy = join(stranger, 'checkout');
  const { stdout } = await succeed('git', ['ls-files', '-co', '--exclude-standard'], ROOT);
  for (const file of stdout.split('\n').filter((name) => name !== '' && !/^(?:test|python\/tests)\//.test(name))) {
    cpSync(join(ROOT, file), join(copy, file), { recursive: true, force: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // Only the declarations are tested here: `npm run types` checks the types, which takes as long again.
  const config = join(copy, 'tsconfig.build.json');
  const { compilerOptions, ...rest } = JSON.parse(readFileSync(config, 'utf8')) as { compilerOptions: object };
  writeFileSync(config, JSON.stringify({ ...rest, compilerOptions: { ...compilerOptions, noCheck: true } }));
  // Files of an earlier compilation must not be packed.
  mkdirSync(join(copy, 'dist/commands'), { recursive: true });
  writeFileSync(join(copy, 'dist/commands/stale.js'), 'export default 1;\n');
  return copy;
}

let checkout: string;

beforeAll(async () => {
  mkdirSync(project);
  mkdirSync(home);
  // The kernels of this checkout. They are used if the sources in the package are the same.
  const kernels = process.env.RMINAS_TEST_KERNELS;
  if (kernels) cpSync(kernels, join(home, '.cache/rminas/kernels'), { recursive: true });
  checkout = await copyOfCheckout();
  await succeed('npm', ['pack', '--silent', '--pack-destination', stranger], checkout);
  const tarball = readdirSync(stranger).find((name) => name.endsWith('.tgz'));
  await succeed('npm', ['install', '--no-audit', '--no-fund', join(stranger, String(tarball))]);
}, 10 * MINUTES);
// An environment with PyTorch has 15,000 files: the teardown of all tests would take long over them.
afterAll(() => rm(stranger, { recursive: true, force: true, maxRetries: 3 }), 5 * MINUTES);

describe('the tarball', () => {
  it('contains the current compilation, without source maps', () => {
    const files = filesIn(installed('.'));
    expect(files).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/commands/setup.js']));
    expect(files.filter((file) => /\.map$|tsbuildinfo|stale|__pycache__|egg-info|^src|^scripts/.test(file))).toEqual(
      [],
    );
    expect(readFileSync(installed('dist/index.js'), 'utf8')).not.toContain('sourceMappingURL');
  });

  it('contains every page that a page or a message names', () => {
    const pages = filesIn(installed('docs'));
    const texts = filesIn(installed('dist')).filter((file) => file.endsWith('.js'));
    const named = texts.flatMap((file) => [
      ...readFileSync(installed(`dist/${file}`), 'utf8').matchAll(/\bdocs\/([\w.-]+\.(?:md|json))/g),
    ]);
    expect(pages).toEqual(expect.arrayContaining(['index.md', 'installation.md', 'configuration.md']));
    expect(named.map(([, page]) => page).filter((page) => !pages.includes(String(page)))).toEqual([]);
  });

  it('leaves no manifest in the checkout, which would hide new commands', () => {
    expect(filesIn(checkout)).not.toContain('oclif.manifest.json');
    const manifest = JSON.parse(readFileSync(installed('oclif.manifest.json'), 'utf8')) as { commands: object };
    expect(Object.keys(manifest.commands)).toEqual(expect.arrayContaining(['search', 'setup', 'assets:fetch']));
  });

  it('shows the help of the checkout', async () => {
    for (const args of [['--help'], ['setup', '--help'], ['search', '--help']]) {
      const here = await run(process.execPath, [join(ROOT, 'bin/run.js'), ...args], ROOT);
      expect((await rminas(...args)).stdout).toBe(here.stdout);
    }
  });
});

describe('the tarball in an empty folder with an empty home', { timeout: 15 * MINUTES }, () => {
  it('names the command that sets it up', async () => {
    const { code, stdout } = await rminas('doctor', '--json');
    const { checks } = JSON.parse(stdout) as Diagnosis;
    expect(code).toBe(3);
    expect(checks.find(({ name }) => name === 'torch')?.nextStep).toContain('`npx rminas setup`');
    expect(stdout).not.toContain('npm run setup');
  });

  it('is set up once', async () => {
    const { stdout } = await succeed('npx', ['--no-install', 'rminas', 'setup', '--torch', 'cpu', '--json']);
    const report = JSON.parse(stdout) as SetupReport;
    expect(report).toMatchObject({ status: 'installed', torch: 'cpu' });
    expect(report.python).toBe(join(home, '.local/share/rminas/venv/bin/python'));
    expect(JSON.parse((await rminas('setup', '--json')).stdout)).toMatchObject({ status: 'unchanged' });
  });

  it('is ready after the setup', async () => {
    const { code, stdout } = await rminas('doctor');
    expect(stdout).toContain('The default search can run.');
    expect(code).toBe(0);
  });

  it('runs the quickstart, and writes the result into the current folder', async () => {
    const tiny = ['RMINAS.RF_WARMUP', '4', 'RMINAS.RF_SUCC', '1', 'OPTIM.MAX_EPOCH', '4', 'RMINAS.WORKERS', '1'];
    const { code, stdout, stderr } = await rminas('search', '--cfg', 'quickstart', '--json', ...tiny);
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout) as { files: { folder: string } };
    expect(result.files.folder.startsWith(project)).toBe(true);
  });
});

describe('the wheel in a clean environment', { timeout: 15 * MINUTES }, () => {
  const python = join(stranger, 'venv/bin/python');

  beforeAll(async () => {
    const wheels = join(stranger, 'wheels');
    const build = ['-m', 'pip', 'wheel', '--no-deps', '--wheel-dir', wheels, join(checkout, 'python')];
    await succeed('python3', build, stranger);
    await succeed('python3', ['-m', 'venv', '--without-pip', dirname(dirname(python))], stranger);
    // The packages of the environment that the setup made: pip finds them there and checks the wheel's requirements.
    const purelib = async (interpreter: string) => {
      const program = 'import sysconfig; print(sysconfig.get_paths()["purelib"])';
      return (await succeed(interpreter, ['-c', program], stranger)).stdout.trim();
    };
    const setUp = join(home, '.local/share/rminas/venv/bin/python');
    writeFileSync(join(await purelib(python), 'packages.pth'), `${await purelib(setUp)}\n`);
    const wheel = join(wheels, String(readdirSync(wheels)[0]));
    await succeed(setUp, ['-m', 'pip', '--python', python, 'install', '--no-index', wheel], stranger);
    rmSync(join(checkout, 'python'), { recursive: true });
  }, 15 * MINUTES);

  it('runs', async () => {
    const { stdout } = await succeed(python, ['-m', 'rminas_sidecar', '--help'], stranger);
    expect(stdout).toContain('--address');
  });

  it("has the kernels' sources, the weights and the schema", async () => {
    const program = [
      'import rminas_sidecar, pathlib',
      'from rminas_sidecar.kernels.compiler import load_library',
      'from rminas_sidecar.protocol.validate import encode',
      'from rminas_sidecar.teachers.loading import load_teacher',
      'folder = pathlib.Path(rminas_sidecar.__file__).parent',
      'load_library(folder / "kernels")',
      'load_teacher("digits-resnet", None)',
      'encode("heartbeat", "1", {})',
      'print(folder)',
      'print(sorted({p.suffix for p in folder.rglob("*") if p.is_file()} - {".pyc"}))',
    ].join('\n');
    const { stdout } = await succeed(python, ['-c', program], stranger);
    const [folder, suffixes] = stdout.trim().split('\n');
    expect(folder?.startsWith(dirname(dirname(python)))).toBe(true);
    expect(suffixes).toBe("['.bin', '.c', '.h', '.json', '.pt', '.py', '.typed']");
  });
});
