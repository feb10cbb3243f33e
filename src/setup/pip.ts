/** Runs venv and pip, shows their lines as progress, and says why they failed. */
import { interrupted, MissingError } from '../errors.js';
import { setupCommand } from '../installation/advice.js';
import { CONSTRAINTS_FILE } from '../installation/places.js';
import { describeExit } from '../sidecar/process/exit.js';
import { type ProgramOutput, runProgram } from '../sidecar/process/run-program.js';
import { usefulLine } from '../sidecar/process/traceback.js';

export interface SetupProgress {
  /** The step, e.g. `Installing PyTorch 2.13.0 (CPU build)`. */
  readonly step: string;
  /** The line that the program wrote last; null when the step begins. */
  readonly line: string | null;
}

export interface Tools {
  readonly python: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: SetupProgress) => void;
}

/** Settings of the user's that would install somewhere else. */
const INTO_THE_ENVIRONMENT = { PIP_USER: '0', PIP_TARGET: '', PIP_PREFIX: '', PIP_ROOT: '' };

/**
 * Runs Python in isolation from the user's PYTHONPATH and site packages.
 * @throws InterruptedError when the signal is aborted
 */
export async function runTool(step: string, args: readonly string[], tools: Tools): Promise<ProgramOutput> {
  const { python, signal, onProgress } = tools;
  onProgress({ step, line: null });
  const output = await runProgram(python, ['-I', ...args], {
    environment: INTO_THE_ENVIRONMENT,
    signal,
    onLine: (line) => onProgress({ step, line }),
  });
  if (signal?.aborted) {
    throw interrupted('The setup was interrupted.', [`It continues with: ${setupCommand()}`]);
  }
  return output;
}

/**
 * Installs requirements in the versions of the constraints. Modules are compiled when they are first imported, which
 * saves half of the time.
 */
export async function pipInstall(step: string, args: readonly string[], tools: Tools): Promise<ProgramOutput> {
  const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--no-compile'];
  return await runTool(step, ['-m', 'pip', 'install', ...quiet, '-c', CONSTRAINTS_FILE, ...args], tools);
}

/** @throws MissingError `setup-failed` with the useful line, unless the program succeeded. */
export function requireSuccess(step: string, output: ProgramOutput): void {
  if (output.exit.code === 0) return;
  throw new MissingError(`${step} failed: ${reasonOf(output)}`, {
    code: 'setup-failed',
    nextSteps: [...hints(output.output), `Then run \`${setupCommand()}\` again: it continues from there.`],
  });
}

/** Whether pip found no distribution of the version that the constraints pin. It calls that a conflict. */
export function foundNone({ exit, output }: ProgramOutput): boolean {
  return exit.code !== 0 && /No matching distribution found|ResolutionImpossible/.test(output);
}

function reasonOf(result: ProgramOutput): string {
  const { output, exit, unrunnable } = result;
  if (unrunnable !== null) return `it cannot be run (${unrunnable})`;
  const requested = [...new Set(groups(output, /The user requested (?!\(constraint\))(.+)/g))].join(', ');
  const pinned = groups(output, /The user requested \(constraint\) (.+)/g).join(', ');
  const none = `pip finds no ${requested} in the version ${pinned} for this Python and platform`;
  const line = groups(output, /^ERROR: (.+)$/gm).at(-1) ?? usefulLine(output) ?? `it ${describeExit(exit)}`;
  const connection = groups(output, /connection broken by '\w+\(.*?([^>'"]+)['"]\)'/g)
    .at(-1)
    ?.replace(/^: /, '');
  return `${pinned !== '' && foundNone(result) ? none : line}${connection === undefined ? '' : ` (${connection})`}`;
}

function groups(output: string, pattern: RegExp): string[] {
  return [...output.matchAll(pattern)].map(([, group = '']) => group.trim());
}

function hints(output: string): string[] {
  if (/ensurepip is not|No module named venv/.test(output)) {
    return ["Install Python's venv module, e.g. apt install python3-venv."];
  }
  if (/No space left on device|Disk quota exceeded/.test(output)) return ['Free some space, or set RMINAS_HOME.'];
  if (/connection broken by|No matching distribution|ResolutionImpossible/.test(output)) {
    return ['Check the network, or name a mirror with PIP_INDEX_URL or a folder of wheels with PIP_FIND_LINKS.'];
  }
  return ['Correct the fault that pip names.'];
}
