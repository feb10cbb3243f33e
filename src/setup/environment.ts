/** A virtual environment with the sidecar's packages: made, continued after an interruption, updated on a change. */
import { createHash } from 'node:crypto';
import { constants, existsSync, rmSync } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MissingError } from '../errors.js';
import { setupCommand } from '../installation/advice.js';
import { CONSTRAINTS_FILE, PYTHON_FOLDER, stampFile, virtualPython } from '../installation/places.js';
import { pinnedVersion, readProject } from '../installation/project.js';
import { lackingPackages } from '../sidecar/process/lacking-packages.js';
import { runPython } from '../sidecar/process/run-python.js';
import { jobFolderAt } from '../store/folder.js';
import { lockFolder } from '../store/lock.js';
import { readTextBounded } from '../system/files.js';
import { makeFolder } from '../system/folders.js';
import { foundNone, pipInstall, requireSuccess, runTool, type SetupProgress, type Tools } from './pip.js';
import { type ChosenBuild, chooseBuild, type TorchBuild, type TorchChoice, torchSourceOf } from './torch-build.js';

export interface EnvironmentOptions {
  readonly folder: string;
  readonly torch: TorchChoice;
  /** Finds the interpreter that a new environment is made from. */
  readonly base: () => Promise<string>;
  /** For a checkout: installs the sidecar in editable form, with the tools of the tests or without. */
  readonly editable?: 'with-tools' | 'without-tools';
  /** Keeps a second setup away from the parent folder meanwhile. */
  readonly locked?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SetupProgress) => void) | undefined;
}

export interface Environment {
  readonly status: 'installed' | 'unchanged';
  readonly python: string;
  /** Null where an older setup did not record it. */
  readonly build: TorchBuild | null;
  /** Why this build was chosen; null when nothing was installed. */
  readonly reason: string | null;
}

/** The steps of pip, in their order. The first takes most of the time and must not be done twice. */
const STEPS = ['torch', 'packages'] as const;
type SetupStep = (typeof STEPS)[number];

/** Written when a step begins, so that an interrupted step is done again. */
interface Begun {
  readonly digest: string;
  readonly build: TorchBuild;
  readonly step: SetupStep;
  /** Whether the environment was empty at first. Only then do leftover packages have the current versions. */
  readonly fresh: boolean;
}

/**
 * Installs what is missing, and does nothing when that is nothing.
 * @throws MissingError `python-missing`, `python-unusable`, `setup-failed`, `unwritable`; InterruptedError;
 *   UsageError `no-such-build`, `run-in-use`.
 */
export async function prepareEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { folder, torch, editable, signal, onProgress = () => {} } = options;
  const digest = await requirementsDigest();
  const stamp = `${stampFile(folder)}${editable === 'with-tools' ? '-dev' : ''}`;
  const python = virtualPython(folder);
  const tools: Tools = { python, signal, onProgress };

  const installed = await readStamp(stamp);
  const current = installed?.digest === digest && (torch === 'auto' || installed.build === torch);
  if (current && existsSync(python) && (await lackingPackages(python)).length === 0) {
    return { status: 'unchanged', python, build: installed.build, reason: null };
  }
  const chosen = await chooseBuild(torch, process.platform, signal);
  await requireWritable(dirname(folder));
  const lock = options.locked ? lockFolder(jobFolderAt(dirname(folder))) : null;
  try {
    await install(options, { stamp, digest, chosen }, tools);
  } finally {
    lock?.release();
  }
  return { status: 'installed', python, ...chosen };
}

interface Plan {
  readonly stamp: string;
  readonly digest: string;
  readonly chosen: ChosenBuild;
}

async function install(options: EnvironmentOptions, { stamp, digest, chosen }: Plan, tools: Tools): Promise<void> {
  const { folder, editable } = options;
  const plan = { digest, build: chosen.build };
  const start = await startingPoint(options, plan, tools);
  rmSync(stamp, { force: true });
  for (const step of STEPS.slice(STEPS.indexOf(start.step))) {
    await writeFile(markFile(folder), JSON.stringify({ ...plan, step, fresh: start.fresh } satisfies Begun));
    const again = start.interrupted && step === start.step ? ['--ignore-installed'] : [];
    await (step === 'torch' ? installTorch(chosen, again, tools) : installPackages(editable, again, tools));
  }
  await check(folder, tools);
  await writeFile(stamp, `${digest} ${chosen.build}`);
  rmSync(markFile(folder), { force: true });
}

interface Start {
  readonly step: SetupStep;
  readonly fresh: boolean;
  /** Whether the step was begun before, so that its packages may be there in part. */
  readonly interrupted: boolean;
}

/** Decides between continuing, updating and making the environment anew. */
async function startingPoint(
  { folder, base }: EnvironmentOptions,
  { digest, build }: Pick<Begun, 'digest' | 'build'>,
  tools: Tools,
): Promise<Start> {
  const begun = await readBegun(folder);
  if (await hasPip(tools.python)) {
    if (begun === null) return { step: 'torch', fresh: false, interrupted: false };
    if (begun.fresh && begun.digest === digest && begun.build === build) {
      return { step: begun.step, fresh: true, interrupted: true };
    }
  }
  const python = await base();
  const step = `Making a virtual environment in ${folder}`;
  requireSuccess(step, await runTool(step, ['-m', 'venv', '--clear', folder], { ...tools, python }));
  return { step: 'torch', fresh: true, interrupted: false };
}

/** The sources of pip's own configuration go first: a mirror or a folder of wheels may have the build. */
async function installTorch({ build, reason }: ChosenBuild, again: readonly string[], tools: Tools): Promise<void> {
  const { requirement, index } = torchSourceOf(build);
  const name = `PyTorch ${pinnedVersion('torch')}, ${build === 'cpu' ? 'CPU' : 'CUDA'} build`;
  const step = `Installing ${name}, because ${reason}`;
  let output = await pipInstall(step, [...again, requirement], tools);
  if (index !== null && foundNone(output)) {
    output = await pipInstall(
      `Installing ${name}, from ${index}`,
      [...again, '--extra-index-url', index, requirement],
      tools,
    );
  }
  requireSuccess(`Installing ${name}`, output);
}

async function installPackages(
  editable: EnvironmentOptions['editable'],
  again: readonly string[],
  tools: Tools,
): Promise<void> {
  const { requirements } = readProject();
  const target =
    editable === undefined
      ? requirements.filter(({ name }) => name !== 'torch').map(({ name, range }) => `${name}${range}`)
      : ['-e', `${PYTHON_FOLDER}${editable === 'with-tools' ? '[dev]' : ''}`];
  if (editable === 'with-tools') await updatePip(tools);
  const step = `Installing ${editable === undefined ? 'the packages of the sidecar' : 'the sidecar'}`;
  requireSuccess(step, await pipInstall(step, [...again, ...target], tools));
}

/**
 * Updates the environment's pip to the version of the constraints. The pip that Python 3.11 brings takes twice as long for
 * the tools of the tests. It remains where there is no other.
 */
async function updatePip(tools: Tools): Promise<void> {
  await pipInstall('Updating pip', ['--retries', '0', `pip==${pinnedVersion('pip')}`], tools);
}

/** Imports everything, with permission to keep the compiled modules: the first search starts faster. */
async function check(folder: string, { python, onProgress }: Tools): Promise<void> {
  onProgress({ step: 'Importing the packages', line: null });
  const faults = await lackingPackages(python, { importing: true, environment: { PYTHONDONTWRITEBYTECODE: '' } });
  if (faults.length === 0) return;
  throw new MissingError(`The environment in ${folder} does not work: ${faults.join(', ')}.`, {
    code: 'setup-failed',
    nextSteps: [`Remove ${folder} and run \`${setupCommand()}\` again.`],
  });
}

/** SHA-256 of the files that say what is installed. */
async function requirementsDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [join(PYTHON_FOLDER, 'pyproject.toml'), CONSTRAINTS_FILE]) hash.update(await readFile(file));
  return hash.digest('hex');
}

async function readStamp(stamp: string): Promise<(Pick<Begun, 'digest'> & { build: TorchBuild | null }) | null> {
  const text = shortText(stamp);
  if (text === null) return null;
  const [digest = '', build = null] = text.split(' ');
  return { digest, build: build === 'cpu' || build === 'cuda' ? build : null };
}

/** The text of a file that setup wrote; null when there is none. */
function shortText(file: string): string | null {
  try {
    return readTextBounded(file, 4096);
  } catch {
    return null;
  }
}

function markFile(folder: string): string {
  return join(folder, '.rminas-setup-step');
}

async function readBegun(folder: string): Promise<Begun | null> {
  try {
    return JSON.parse(shortText(markFile(folder)) ?? '') as Begun;
  } catch {
    return null;
  }
}

/** A virtual environment that was interrupted while it was made has no pip. */
async function hasPip(python: string): Promise<boolean> {
  if (!existsSync(python)) return false;
  return (await runPython(python, ['-I', '-m', 'pip', '--version'], { timeoutMs: 60_000 })).exit.code === 0;
}

async function requireWritable(folder: string): Promise<void> {
  try {
    makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new MissingError(`The folder ${folder} cannot be written to: ${(cause as NodeJS.ErrnoException).code}.`, {
      code: 'unwritable',
      nextSteps: ['Name another folder with RMINAS_HOME.'],
      cause,
    });
  }
}
