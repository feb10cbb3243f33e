import pc from 'picocolors';
import { MissingError, RminasError } from '../errors.js';
import { withProgramCommand } from '../installation/program.js';

/** Limits of the system that any operation can meet: what happened, and what to do. */
const LIMITS: Readonly<Record<string, readonly [what: string, step: string]>> = {
  EMFILE: ['This process may not open more files', 'Raise the limit, and run the command again: ulimit -n 4096'],
  ENFILE: ['The system has too many open files', 'End other programs, and run the command again.'],
  ENOMEM: ['The system has no memory left', 'End other programs, or raise the limit of memory (ulimit -v).'],
  EAGAIN: ['The system starts no more processes', 'End other programs, or raise their limit (ulimit -u).'],
  ENOSPC: ['The disk is full', 'Free some space, and run the command again.'],
  EDQUOT: ['The quota of the disk is used up', 'Free some space, and run the command again.'],
  EFBIG: ['A file would be larger than permitted', 'Raise the limit (ulimit -f), or use another disk.'],
  EROFS: ['The disk is read-only', 'Use a folder on another disk.'],
  EIO: ['The disk failed', 'Check the disk, or use another one.'],
};

/** The error as one of rminas, if a limit of the system caused it; otherwise the error itself. */
export function namedFailure(error: Error): Error {
  const { code = '', path } = error as NodeJS.ErrnoException;
  const limit = LIMITS[code];
  if (error instanceof RminasError || limit === undefined) return error;
  const [what, step] = limit;
  const where = path === undefined ? '' : ` (${path})`;
  return new MissingError(`${what}: ${code}${where}.`, { code: 'system-limit', nextSteps: [step], cause: error });
}

/** The text of an error with its next steps. Only a bug shows a stack trace. */
export function describeError(error: Error): string {
  if (!(error instanceof RminasError)) {
    return `${pc.red('This is a bug in rminas.')} Please report it with the following trace.\n${error.stack ?? error.message}`;
  }
  return describeFailure(error);
}

export function describeFailure({ message, nextSteps }: Pick<RminasError, 'message' | 'nextSteps'>): string {
  const steps = nextSteps.map((step) => `  ${pc.cyan('→')} ${withProgramCommand(step)}`);
  return [`${pc.red('Error:')} ${message}`, ...steps].join('\n');
}

/** The document of an error that `--json` prints. */
export function errorDocument(error: Error): object {
  const { code, nextSteps } = error instanceof RminasError ? error : { code: 'bug', nextSteps: [] };
  return { error: { type: error.name, code, message: error.message, nextSteps } };
}
