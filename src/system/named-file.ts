/** Files and folders that the user names for results. */
import { resolve } from 'node:path';
import { MissingError, UsageError } from '../errors.js';
import { failureInWords } from './failure-words.js';
import { isDiskFull, writeAtomically } from './files.js';
import { makeFolder } from './folders.js';

/**
 * Writes a whole file that the user named, in one step.
 * @throws MissingError when the disk is full; UsageError for any other failure.
 */
export function writeNamedFile(file: string, text: string): void {
  try {
    writeAtomically(file, text);
  } catch (cause) {
    throw unwritable(file, cause, {
      code: 'unwritable-file',
      nextSteps: ['Name a file in a folder that exists and that you may write to.'],
    });
  }
}

/**
 * Makes a folder that the user named, unless it exists.
 * @throws MissingError when the disk is full; UsageError for any other failure.
 */
export function makeNamedFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw unwritable(folder, cause, {
      code: 'unwritable-folder',
      nextSteps: ['Name a folder, or a new one in a folder that you may write to.'],
    });
  }
}

function unwritable(path: string, cause: unknown, details: { readonly code: string; readonly nextSteps: string[] }) {
  const problem = `${resolve(path)} could not be written (${failureInWords(cause)})`;
  if (!isDiskFull(cause)) return new UsageError(`${problem}.`, { ...details, cause });
  const nextSteps = ['Free some space, or name a place on another disk.'];
  return new MissingError(`The disk is full: ${problem}.`, { code: 'disk-full', nextSteps, cause });
}
