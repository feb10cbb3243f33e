/** Checks the Python environment, the machine and the files that rminas uses. */
import { type Bridge, type Interpreter, identifyInterpreter, openBridge } from '../bridge/index.js';
import { MissingError, SidecarError } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { type Project, readProject } from '../installation/project.js';
import { satisfies } from '../installation/versions.js';
import { anyText, arrayOf, callback, checkOptions, filledText, type OptionShape, timeLimit } from '../options.js';
import { PluginLoader } from '../plugins/loader.js';
import { findPython } from '../sidecar/process/find-python.js';
import { VERSION } from '../version.js';
import { assetQuestions } from './assets.js';
import { type Check, type Diagnosis, examine, examineInTurn, type Finding, isReady, ok, wrong } from './check.js';
import { configurationQuestions } from './configuration.js';
import { machineQuestions } from './machine.js';
import { type Importer, packageQuestions } from './packages.js';
import { pluginQuestions, withPlugins } from './plugins.js';

export { type Check, type Diagnosis, diagnosisSchema } from './check.js';

/** The first import of PyTorch from a slow disk can take most of a minute. */
const TIMEOUT_MS = 60_000;

/** Options of {@link diagnose}. */
export interface DoctorOptions {
  /** Python interpreter. Default: the one that a search would use. */
  readonly python?: string | undefined;
  /** Folder of data sets and teachers, searched before the default folders. */
  readonly data?: string | undefined;
  /** Limit for each answer of the interpreter, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Configuration whose data set is examined; every image of the user is decoded. Default: none. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, … over the configuration. */
  readonly overrides?: readonly string[] | undefined;
  /** Plugins to load: Python files and modules. Default: none. */
  readonly plugins?: readonly string[] | undefined;
  /** Called with each check as soon as it is done, in the order of the diagnosis. */
  readonly onCheck?: ((check: Check) => void) | undefined;
}

const DOCTOR_OPTIONS: OptionShape<DoctorOptions> = {
  python: pathOption.optional(),
  data: pathOption.optional(),
  timeoutMs: timeLimit.optional(),
  cfg: pathOption.optional(),
  overrides: arrayOf(anyText, 'texts').optional(),
  plugins: arrayOf(filledText, 'names of files and modules').optional(),
  onCheck: callback<(check: Check) => void>().optional(),
};

/**
 * Checks Python, packages, devices, data, teachers, indexes, memory and disk, as `rminas doctor` does. A problem is part of
 * the result and never an error; only a wrong option is.
 *
 * @example
 * const { ready, checks } = await diagnose();
 * if (!ready) for (const { name, status, nextStep } of checks) if (status !== 'ok') console.error(name, nextStep);
 */
export async function diagnose(given: DoctorOptions = {}): Promise<Diagnosis> {
  const options = checkOptions('diagnose()', DOCTOR_OPTIONS, given);
  const { onCheck = () => {} } = options;
  const [machine, python] = await Promise.all([Promise.all(machineQuestions.map(examine)), examinePython(options)]);
  for (const check of machine) onCheck(check);
  const checks = [...python, ...machine];
  return { rminas: VERSION, ready: isReady(checks), checks };
}

async function examinePython({ plugins = [], ...options }: DoctorOptions): Promise<Check[]> {
  const { python, data, cfg, overrides, timeoutMs = TIMEOUT_MS, onCheck = () => {} } = options;
  const project = readProject();
  const { check, bridge } = await openPython(python, project, timeoutMs);
  onCheck(check);
  const importer = bridge === null ? NO_PYTHON : closedOnTimeout(bridge);
  try {
    const loader = new PluginLoader({ python, timeoutMs });
    const questions = [
      ...packageQuestions(importer, project, bridge?.interpreter.executable ?? ''),
      ...assetQuestions(importer, { ...(await withPlugins(importer, plugins, loader)), data }),
      ...pluginQuestions(plugins, loader),
      ...configurationQuestions({ cfg, overrides, plugins, data, python, timeoutMs: options.timeoutMs }),
    ];
    return [check, ...(await examineInTurn(questions, onCheck))];
  } finally {
    await bridge?.close();
  }
}

/** Finds the interpreter and opens a bridge to it if its version fits. */
async function openPython(
  named: string | undefined,
  project: Project,
  timeoutMs: number,
): Promise<{ check: Check; bridge: Bridge | null }> {
  let bridge: Bridge | null = null;
  const ask = async (): Promise<Finding> => {
    const python = await findPython(named);
    const finding = checkInterpreter(await identifyInterpreter(python), project);
    if (finding.status === 'ok') bridge = await openBridge({ python, timeoutMs });
    return finding;
  };
  const check = await examine({ name: 'python', required: true, ask });
  return { check, bridge };
}

function checkInterpreter({ executable, version }: Interpreter, project: Project): Finding {
  const text = version.join('.');
  if (satisfies(text, project.python)) return ok(`${text} at ${executable}`);
  return wrong(
    `${text} at ${executable} is not ${project.python}`,
    'Name another interpreter with --python or RMINAS_PYTHON.',
  );
}

/** Closes the bridge after a timeout: a hanging import blocks the interpreter for all further checks. */
function closedOnTimeout(bridge: Bridge): Importer {
  return {
    import: async <Module>(name: string) => {
      try {
        return await bridge.import<Module>(name);
      } catch (error) {
        if (error instanceof SidecarError && error.code === 'bridge-timeout') await bridge.close();
        throw error;
      }
    },
  };
}

/** Replaces an interpreter that cannot be used. */
const NO_PYTHON: Importer = {
  import: async () => {
    throw new MissingError('not checked without a usable Python', {
      code: 'python-missing',
      nextSteps: ['Fix the Python first.'],
    });
  },
};
