/** Looks into the Python, the machine and the files that rminas would use. */
import { type Bridge, type Interpreter, identifyInterpreter, openBridge } from '../bridge/index.js';
import { MissingError, SidecarError } from '../errors.js';
import { type Project, readProject } from '../installation/project.js';
import { satisfies } from '../installation/versions.js';
import { findPython } from '../sidecar/process/find-python.js';
import { VERSION } from '../version.js';
import { assetQuestions } from './assets.js';
import { type Check, type Diagnosis, examine, examineInTurn, type Finding, isReady, ok, wrong } from './check.js';
import { machineQuestions } from './machine.js';
import { type Importer, packageQuestions } from './packages.js';

export type { Check, Diagnosis } from './check.js';

/** A first import of PyTorch from a slow disk takes most of a minute. */
const PATIENCE_MS = 60_000;

export interface DoctorOptions {
  /** The interpreter, instead of the one that a search would find itself. */
  readonly python?: string | undefined;
  /** Folder with data sets and teachers, searched first. */
  readonly data?: string | undefined;
  /** Longest wait for one answer of Python, in milliseconds; 60,000 unless told. */
  readonly patienceMs?: number | undefined;
}

/** Examines everything. Whatever is missing or wrong is part of the answer, not an error. */
export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  const [machine, python] = await Promise.all([Promise.all(machineQuestions.map(examine)), examinePython(options)]);
  const checks = [...python, ...machine];
  return { rminas: VERSION, ready: isReady(checks), checks };
}

async function examinePython({ python, data, patienceMs = PATIENCE_MS }: DoctorOptions): Promise<Check[]> {
  const project = readProject();
  const { check, bridge } = await enterPython(python, project, patienceMs);
  const importer = bridge === null ? NO_PYTHON : leftWhenStuck(bridge);
  try {
    const questions = [
      ...packageQuestions(importer, project, bridge?.interpreter.executable ?? ''),
      ...assetQuestions(importer, data),
    ];
    return [check, ...(await examineInTurn(questions))];
  } finally {
    await bridge?.close();
  }
}

/** Finds the interpreter and starts it, unless it is unfit. */
async function enterPython(
  named: string | undefined,
  project: Project,
  timeoutMs: number,
): Promise<{ check: Check; bridge: Bridge | null }> {
  let bridge: Bridge | null = null;
  const ask = async (): Promise<Finding> => {
    const python = await findPython(named);
    const finding = judgeInterpreter(await identifyInterpreter(python), project);
    if (finding.status === 'ok') bridge = await openBridge({ python, timeoutMs });
    return finding;
  };
  const check = await examine({ name: 'python', required: true, ask });
  return { check, bridge };
}

function judgeInterpreter({ executable, version }: Interpreter, project: Project): Finding {
  const text = version.join('.');
  if (satisfies(text, project.python)) return ok(`${text} at ${executable}`);
  return wrong(`${text} at ${executable} is not ${project.python}`, 'Name another one with --python or RMINAS_PYTHON.');
}

/** An import that hangs keeps the interpreter busy: whatever else is asked would wait as long, in vain. */
function leftWhenStuck(bridge: Bridge): Importer {
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

/** Stands in for an interpreter that cannot be asked. */
const NO_PYTHON: Importer = {
  import: async () => {
    throw new MissingError('not looked at without a usable Python', {
      code: 'python-missing',
      nextSteps: ['See to the Python first.'],
    });
  },
};
