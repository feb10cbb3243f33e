/** Files that the user names for results. */
import { resolve } from 'node:path';
import { MissingError, UsageError } from '../errors.js';
import { isDiskFull, writeAtomically } from './files.js';

/**
 * Writes a whole file that the user named, in one step.
 * @throws MissingError when the disk is full; UsageError for any other failure.
 */
export function writeNamedFile(file: string, text: string): void {
  try {
    writeAtomically(file, text);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const problem = `${resolve(file)} could not be written (${code})`;
    if (isDiskFull(cause)) {
      throw new MissingError(`The disk is full: ${problem}.`, {
        code: 'disk-full',
        nextSteps: ['Free some space, or name a file elsewhere.'],
        cause,
      });
    }
    throw new UsageError(`${problem}.`, {
      code: 'unwritable-file',
      nextSteps: ['Name a file in a folder that exists and that you may write to.'],
      cause,
    });
  }
}
