import { InterruptedError, interrupted, MissingError } from '../errors.js';
import { isDiskFull } from '../system/files.js';

/**
 * Runs work that a signal may abort, and reports the abort.
 * @throws InterruptedError
 */
export async function interruptible<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal?.aborted || error instanceof InterruptedError) throw error;
    throw interrupted('The work was interrupted.', ['Run the same command again: downloaded files are kept.']);
  }
}

/**
 * Runs work on the file or folder at `path`.
 * @throws MissingError when the disk is full or the path cannot be written.
 */
export async function storing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { message } = cause as NodeJS.ErrnoException;
    const full = isDiskFull(cause);
    throw new MissingError(full ? `The disk is full: ${path} could not be written.` : unwritable(path, message), {
      code: full ? 'disk-full' : 'unwritable',
      nextSteps: [
        `${full ? 'Free some space' : 'Check the permissions'}, or name another folder with --data. Then run the command again: downloaded files are kept.`,
      ],
      cause,
    });
  }
}

function unwritable(path: string, reason: string): string {
  return `${path} could not be written: ${reason}`;
}
