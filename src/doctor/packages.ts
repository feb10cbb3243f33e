import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Bridge, PythonError } from '../bridge/index.js';
import { MissingError } from '../errors.js';
import { packageSteps } from '../installation/advice.js';
import { moduleOf, type Project, type Requirement } from '../installation/project.js';
import { VERSION } from '../version.js';
import { type Finding, missing, ok, type Question, wrong } from './check.js';
import { checkVersion, gib } from './verdicts.js';

/** The part of a bridge that the checks use. */
export type Importer = Pick<Bridge, 'import'>;

interface Metadata {
  version(distribution: string): Promise<string>;
}
interface Finder {
  find_spec(module: string): Promise<unknown>;
}
interface Torch {
  cuda: {
    is_available(): Promise<boolean>;
    device_count(): Promise<number>;
    get_device_properties(device: number): Promise<{ name: Promise<string>; total_memory: Promise<number> }>;
  };
  version: { cuda: Promise<string | null> };
}

/** @param interpreter path of the Python that is asked, for the advice. */
export function packageQuestions(python: Importer, project: Project, interpreter: string): Question[] {
  const step = packageSteps(interpreter).join(' ');
  const packages = project.requirements.map((requirement) => ({
    name: requirement.name,
    required: true,
    ask: () => packageFinding(python, requirement, step),
  }));
  return [
    ...packages,
    { name: 'rminas_sidecar', required: true, ask: () => sidecarFinding(python, project) },
    { name: 'cuda', required: false, ask: () => cudaFinding(python) },
    { name: 'xnas', required: false, ask: () => xnasFinding(python, process.env.XNAS_HOME) },
  ];
}

/** Checks that a package is installed in a suitable version and can be imported. */
async function packageFinding(python: Importer, { name, range }: Requirement, step: string): Promise<Finding> {
  const metadata = await python.import<Metadata>('importlib.metadata');
  try {
    const finding = checkVersion(await metadata.version(name), range, step);
    await python.import(moduleOf(name));
    return finding;
  } catch (error) {
    if (error instanceof PythonError && error.exception.endsWith('PackageNotFoundError')) {
      return missing(`not installed (${range})`, step);
    }
    if (error instanceof MissingError) return wrong(error.message, step);
    throw error;
  }
}

async function sidecarFinding(python: Importer, project: Project): Promise<Finding> {
  const module = await python.import<{ __file__: Promise<string> }>('rminas_sidecar');
  const folder = dirname(await module.__file__);
  const again = 'Install rminas again: its Node and Python packages must have the same version.';
  if (project.version === VERSION) return ok(`${project.version} in ${folder}`);
  return wrong(`${project.version} in ${folder}, but rminas is ${VERSION}`, again);
}

async function cudaFinding(python: Importer): Promise<Finding> {
  const { cuda, version } = await python.import<Torch>('torch');
  if (!(await cuda.is_available())) {
    const cudaVersion = await version.cuda;
    const build =
      cudaVersion === null ? 'this PyTorch is built for the CPU' : `this PyTorch is built for CUDA ${cudaVersion}`;
    return missing(
      `no CUDA device (${build}), so the CPU trains`,
      'If this machine has one, install a PyTorch that fits its driver.',
    );
  }
  const devices: string[] = [];
  for (let device = 0; device < (await cuda.device_count()); device++) {
    const properties = await cuda.get_device_properties(device);
    devices.push(`cuda:${device} is ${await properties.name} (${gib(await properties.total_memory)})`);
  }
  return ok(devices.join(', '));
}

async function xnasFinding(python: Importer, home: string | undefined): Promise<Finding> {
  if (home !== undefined && home !== '') {
    if (existsSync(join(home, 'xnas', 'core'))) return ok(home);
    return wrong(`XNAS_HOME is ${home}, which has no folder xnas/core`, 'Set XNAS_HOME to a checkout of XNAS.');
  }
  const finder = await python.import<Finder>('importlib.util');
  if ((await finder.find_spec('xnas')) !== null) return ok('can be imported');
  return missing('not found', 'To use the original functions, set XNAS_HOME to a checkout of XNAS.');
}
