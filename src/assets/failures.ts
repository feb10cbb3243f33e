import { InterruptedError, MissingError } from '../errors.js';

export function interrupted(message: string, nextSteps: readonly string[]): InterruptedError {
  return new InterruptedError(message, { code: 'interrupted', nextSteps });
}

/**
 * Does what a signal may abort, and says so when it did.
 * @throws InterruptedError
 */
export async function interruptible<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal?.aborted || error instanceof InterruptedError) throw error;
    throw interrupted('The work was interrupted.', ['Run the same command again: what was downloaded is kept.']);
  }
}

/**
 * Does something to the file or folder at `path`.
 * @throws MissingError when the disk is full or the place cannot be written.
 */
export async function storing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
    throw new MissingError(full ? `The disk is full: ${path} could not be written.` : unwritable(path, message), {
      code: full ? 'disk-full' : 'unwritable',
      nextSteps: [
        `${full ? 'Free some space' : 'See that you may write there'}, or name another folder with --data; then run the command again: what was downloaded is kept.`,
      ],
      cause,
    });
  }
}

function unwritable(path: string, reason: string): string {
  return `${path} could not be written: ${reason}`;
}
