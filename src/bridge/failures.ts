import { MissingError, SidecarError } from '../errors.js';
import { setupCommand } from '../installation/advice.js';
import { usefulLine } from '../sidecar/process/traceback.js';

/** An uncaught exception in Python. */
export class PythonError extends SidecarError {
  /** Class of the exception as Python prints it, e.g. `ValueError` or `torch.OutOfMemoryError`. */
  readonly exception: string;
  /** The class and the first line of the message. */
  readonly line: string;
  readonly traceback: string;

  constructor(traceback: string) {
    const line = usefulLine(traceback) ?? 'an exception';
    super(`Python raised ${line}`, { code: 'python-exception' });
    this.exception = line.split(':', 1)[0] ?? line;
    this.line = line;
    this.traceback = traceback;
  }
}

/** Explains a failed import, and how to install the module. */
export function importFailure(module: string, error: PythonError, python: string): MissingError {
  const absent = /^ModuleNotFoundError: No module named '([^']+)'/.exec(error.line)?.[1];
  if (absent !== undefined) {
    const needed = absent === module ? '' : `, which ${module} needs`;
    return new MissingError(`${python} has no module ${absent}${needed}.`, {
      code: 'python-module-missing',
      nextSteps: [`Install it into that Python, name another one with RMINAS_PYTHON, or run \`${setupCommand()}\`.`],
      cause: error,
    });
  }
  return new MissingError(`${python} cannot import ${module}: ${error.line}`, {
    code: 'python-module-broken',
    nextSteps: ['Install the package again: its installation is broken or incompatible.'],
    cause: error,
  });
}

/** The interpreter ended before or during a request. */
export function interpreterEnded(python: string, how: string): SidecarError {
  return new SidecarError(`${python} has ended: ${how}.`, {
    code: 'bridge-ended',
    nextSteps: ['Check its output on stderr. SIGKILL points to too little memory, SIGSEGV to a broken package.'],
  });
}

/** The interpreter did not answer in time. */
export function interpreterSilent(python: string, timeoutMs: number, path: string): SidecarError {
  return new SidecarError(`${python} did not answer within ${timeoutMs} ms (${path}).`, {
    code: 'bridge-timeout',
    nextSteps: ['Raise `timeoutMs` of openBridge if the call needs more time.'],
  });
}
