import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';

/** The files of a run. */
export interface RunFolder {
  readonly path: string;
  /** The resolved configuration, in XNAS's form. */
  readonly config: string;
  /** The run's only state. */
  readonly journal: string;
  readonly result: string;
  readonly log: string;
}

/** Where a run's files are, as its result tells it. */
export const runFilesSchema = z.strictObject({
  folder: z.string(),
  config: z.string(),
  journal: z.string(),
  result: z.string(),
  log: z.string(),
});

export function filesOf({ path, config, journal, result, log }: RunFolder): z.infer<typeof runFilesSchema> {
  return { folder: path, config, journal, result, log };
}

export function openRunFolder(path: string): RunFolder {
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
 * Makes a fresh folder `<name>` under `outDir`, or `<name>-2`, `<name>-3`, … where that is taken.
 * @throws UsageError when OUT_DIR cannot be written; MissingError when the disk is full.
 */
export function createRunFolder(outDir: string, name: string): RunFolder {
  try {
    mkdirSync(outDir, { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      const path = join(outDir, attempt === 1 ? name : `${name}-${attempt}`);
      try {
        mkdirSync(path);
        return openRunFolder(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (cause) {
    throw folderError(outDir, cause as NodeJS.ErrnoException);
  }
}

/**
 * The folder `<name>` under `outDir`, made where there is none: for what is gone on with under the same name.
 * @throws as {@link createRunFolder}
 */
export function keepRunFolder(outDir: string, name: string): RunFolder {
  const path = join(outDir, name);
  try {
    mkdirSync(path, { recursive: true });
    return openRunFolder(path);
  } catch (cause) {
    throw folderError(outDir, cause as NodeJS.ErrnoException);
  }
}

/** Writes a whole file of the run; a full disk is an error that the user can mend. */
export function writeRunFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw folderError(file, cause as NodeJS.ErrnoException);
  }
}

/** What it means that something could not be written there. */
export function folderError(path: string, cause: NodeJS.ErrnoException): UsageError | MissingError {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') {
    return new MissingError(`The disk is full: ${resolve(path)} could not be written.`, {
      code: 'disk-full',
      nextSteps: ['Free some space, or name another folder with OUT_DIR.'],
      cause,
    });
  }
  return new UsageError(`OUT_DIR cannot be written: ${resolve(path)} (${cause.code ?? cause.message}).`, {
    code: 'unwritable-out-dir',
    nextSteps: ['Name a folder that you may write to, e.g. `OUT_DIR ./exp` behind the other options.'],
    cause,
  });
}
