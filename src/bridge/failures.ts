import { MissingError, SidecarError } from '../errors.js';
import { usefulLine } from '../sidecar/traceback.js';

/** An exception that Python code raised and nobody there caught. */
export class PythonError extends SidecarError {
  /** Class of the exception, as Python prints it, e.g. `ValueError` or `torch.OutOfMemoryError`. */
  readonly exception: string;
  /** The exception with its message, or the message's first line. */
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

/** Why a module cannot be imported, in the words of someone who can install it. */
export function importFailure(module: string, error: PythonError, python: string): MissingError {
  const absent = /^ModuleNotFoundError: No module named '([^']+)'/.exec(error.line)?.[1];
  if (absent !== undefined) {
    const needed = absent === module ? '' : `, which ${module} needs`;
    return new MissingError(`${python} has no module ${absent}${needed}.`, {
      code: 'python-module-missing',
      nextSteps: [`Install it into that Python, or use another one (RMINAS_PYTHON), or run \`npm run setup\`.`],
      cause: error,
    });
  }
  return new MissingError(`${python} cannot import ${module}: ${error.line}`, {
    code: 'python-module-broken',
    nextSteps: ['Install the package again: an import that fails so is a broken or incompatible installation.'],
    cause: error,
  });
}

/** Something was asked of an interpreter that is gone, or that went while it was asked. */
export function interpreterEnded(python: string, how: string): SidecarError {
  return new SidecarError(`${python} is gone: ${how}.`, {
    code: 'bridge-ended',
    nextSteps: [
      'Look at what it wrote to stderr. A signal such as SIGKILL or SIGSEGV points at memory or a broken package.',
    ],
  });
}

/** The interpreter did not answer in time. */
export function interpreterSilent(python: string, timeoutMs: number, asked: string): SidecarError {
  return new SidecarError(`${python} did not answer within ${timeoutMs} ms (${asked}).`, {
    code: 'bridge-timeout',
    nextSteps: ['Raise `timeoutMs` of openBridge if the call takes that long.'],
  });
}
