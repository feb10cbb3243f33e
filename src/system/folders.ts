import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MissingError } from '../errors.js';

/** Folders in which the system shows processes, hardware and settings. /dev/shm is for files. */
const PSEUDO = /^\/(?:proc|sys|dev(?!\/shm(?:\/|$)))(?:\/|$)/;

/** Whether a path is below a pseudo file system, which stores no files. Links are followed. */
export function isPseudo(path: string): boolean {
  return PSEUDO.test(resolve(path)) || PSEUDO.test(realpathSync(existingPart(resolve(path))));
}

/**
 * Makes a folder, and the folders above it where they are missing. Node's own `recursive` never returns on a file system
 * in which no folder can be made, such as /proc.
 * @throws errors of node:fs, also where something else is in the place of a folder
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  const existing = existingPart(resolve(path), (folder) => missing.unshift(folder));
  // An existing path that is not a folder is an error, as with Node's own function.
  for (const folder of missing.length > 0 ? missing : [existing]) {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may make the same folders.
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
    }
  }
}

/**
 * Requires a current folder, from which relative paths start and in which the sidecar runs.
 * @throws MissingError `missing-folder` when it was deleted, or when its path is not UTF-8, which Node cannot open
 */
export function requireCurrentFolder(): void {
  const next = ['Change into another folder, and run the command again.'];
  let folder: string;
  try {
    folder = process.cwd();
  } catch (cause) {
    const message = 'The current folder does not exist any more, or may not be read.';
    throw new MissingError(message, { code: 'missing-folder', nextSteps: next, cause });
  }
  if (existsSync(folder)) return;
  const message = `The path of the current folder is not UTF-8, or the folder does not exist any more: ${folder}`;
  throw new MissingError(message, { code: 'missing-folder', nextSteps: next });
}

/** The longest part of a path that exists. @param onMissing called with each path below it, from the longest */
function existingPart(path: string, onMissing: (path: string) => void = () => {}): string {
  let part = path;
  while (part !== dirname(part) && !exists(part)) {
    onMissing(part);
    part = dirname(part);
  }
  return part;
}

/** A part of the path that is a file, or a folder that may not be searched, is told when the folder is made. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
