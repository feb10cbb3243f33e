import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';
import { failureInWords } from '../system/failure-words.js';
import { isDiskFull, readTextBounded, writeAtomically } from '../system/files.js';
import { makeFolder } from '../system/folders.js';

const MOST_CONFIG_BYTES = 65_536;

/** The files of a job. */
export interface JobFolder {
  readonly path: string;
  /** The resolved configuration, in XNAS's form. */
  readonly config: string;
  /** The job's only state. */
  readonly journal: string;
  readonly result: string;
  readonly log: string;
}

/** The paths of a job's files, as in its result. */
export const jobFilesSchema = z.strictObject({
  folder: z.string(),
  config: z.string(),
  journal: z.string(),
  result: z.string(),
  log: z.string(),
});

export function filesOf({ path, config, journal, result, log }: JobFolder): z.infer<typeof jobFilesSchema> {
  return { folder: path, config, journal, result, log };
}

/** The job folder at a path, which may not exist yet. */
export function jobFolderAt(path: string): JobFolder {
  const folder = resolve(path);
  return {
    path: folder,
    config: join(folder, 'config.yaml'),
    journal: join(folder, 'journal.jsonl'),
    result: join(folder, 'result.json'),
    log: join(folder, 'log.txt'),
  };
}

/**
 * Makes a new folder `<name>` under `outDir`, or `<name>-2`, `<name>-3`, … where that exists.
 * @throws UsageError when the folder cannot be written; MissingError when the disk is full.
 */
export function createJobFolder(outDir: string, name: string): JobFolder {
  try {
    makeFolder(outDir);
    for (let attempt = 1; ; attempt += 1) {
      const path = join(outDir, attempt === 1 ? name : `${name}-${attempt}`);
      try {
        mkdirSync(path);
        return jobFolderAt(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (cause) {
    throw folderError(outDir, cause as NodeJS.ErrnoException);
  }
}

/**
 * Makes a folder where there is none.
 * @throws as {@link createJobFolder}
 */
export function ensureJobFolder(path: string): JobFolder {
  try {
    makeFolder(path);
    return jobFolderAt(path);
  } catch (cause) {
    throw folderError(path, cause as NodeJS.ErrnoException);
  }
}

/**
 * Writes a whole file of a job in one step.
 * @param options.shared whether other processes may write the same file at once
 * @throws MissingError when the disk is full; UsageError for any other failure.
 */
export function writeJobFile(file: string, text: string, { shared = false } = {}): void {
  try {
    writeAtomically(file, text, shared ? `${hostname()}-${process.pid}` : '');
  } catch (cause) {
    throw folderError(file, cause as NodeJS.ErrnoException);
  }
}

/** The text of a configuration; undefined for a file that cannot be read. */
export function textIn(file: string): string | undefined {
  try {
    return readTextBounded(file, MOST_CONFIG_BYTES);
  } catch {
    return undefined;
  }
}

/** The error for something that could not be written at a path. */
export function folderError(path: string, cause: NodeJS.ErrnoException): UsageError | MissingError {
  if (isDiskFull(cause)) {
    return new MissingError(`The disk is full: ${resolve(path)} could not be written.`, {
      code: 'disk-full',
      nextSteps: ['Free some space, or name another folder by --out or OUT_DIR.'],
      cause,
    });
  }
  return new UsageError(`${resolve(path)} cannot be written (${failureInWords(cause)}).`, {
    code: 'unwritable-out-dir',
    nextSteps: ['Name a folder that you may write to: by --out, or by OUT_DIR, e.g. `OUT_DIR ./exp`.'],
    cause,
  });
}

/** The error for a folder that has vanished while a process worked in it. */
export function folderGone(path: string): MissingError {
  return new MissingError(`${path} was moved or deleted while a process worked in it.`, {
    code: 'run-folder-gone',
    nextSteps: ['Put the folder back if it was moved, then give the same command again.'],
  });
}
