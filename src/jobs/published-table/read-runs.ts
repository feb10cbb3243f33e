/** Finds the results below folders of runs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { MissingError, UsageError } from '../../errors.js';
import { pathOption } from '../../installation/paths.js';
import { arrayOf, checkArgument } from '../../options.js';
import { readTextBounded } from '../../system/files.js';
import { parseJson } from '../../system/json.js';
import { type ComparisonResult, comparisonResultSchema } from '../compare/result.js';
import { type OneShotResult, oneShotResultSchema } from '../one-shot/result.js';
import { type RetrainingResult, retrainingResultSchema } from '../retrain/result.js';

/** The results below some folders, in the order of their paths. */
export interface FoundResults {
  readonly oneShots: readonly OneShotResult[];
  readonly comparisons: readonly ComparisonResult[];
  readonly retrainings: readonly RetrainingResult[];
}

const RESULT_FILES = ['result.json', 'comparison.json'];
const DEEPEST = 6;
const MOST_FILES = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads what `rminas one-shot`, `compare` and `retrain` left below the folders. Other results are skipped.
 * @param call the function that was given the folders, for messages
 * @throws UsageError for a wrong argument, `corrupt-result` for a file that is not JSON, and `too-many-results`;
 *   MissingError for a folder that cannot be read
 */
export function readResults(call: string, folders: readonly string[]): FoundResults {
  checkArgument(call, 'folders', arrayOf(pathOption, 'paths'), folders);
  const files = folders.flatMap((folder) => resultFilesIn(pathOption.parse(folder)));
  const parsed = files.map(readJson);
  const all = <Schema extends z.ZodType>(schema: Schema) =>
    parsed.flatMap((value): z.infer<Schema>[] => {
      const found = schema.safeParse(value);
      return found.success ? [found.data] : [];
    });
  return {
    oneShots: all(oneShotResultSchema),
    comparisons: all(comparisonResultSchema),
    retrainings: all(retrainingResultSchema),
  };
}

/** Whether a GPU computed any of the results. */
export function ranOnGpu({ oneShots, comparisons, retrainings }: FoundResults): boolean {
  const devices = [...oneShots, ...retrainings].map(({ device }) => device);
  return [...devices, ...comparisons.flatMap(({ kinds = [] }) => kinds)].some((device) => device.startsWith('cuda'));
}

function readJson(file: string): unknown {
  try {
    return parseJson(readTextBounded(file, MOST_BYTES));
  } catch (cause) {
    throw new UsageError(`${file} cannot be read as JSON.`, {
      code: 'corrupt-result',
      nextSteps: ['Give the command of the job again: it writes the file anew.'],
      cause,
    });
  }
}

function resultFilesIn(root: string): string[] {
  const files: string[] = [];
  const visit = (folder: string, depth: number): void => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isFile() && RESULT_FILES.includes(entry.name)) files.push(path);
      if (files.length > MOST_FILES) throw tooManyResults(root);
      if (entry.isDirectory() && depth < DEEPEST && hasRuns(entry.name)) visit(path, depth + 1);
    }
  };
  visit(root, 0);
  return files.sort();
}

/** Folders of programs, such as .git, hold no runs. */
function hasRuns(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules';
}

function tooManyResults(folder: string): UsageError {
  return new UsageError(`${folder} has more than ${MOST_FILES.toLocaleString('en')} results.`, {
    code: 'too-many-results',
    nextSteps: ['Name the folders below it that have the runs of the table.'],
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new MissingError(`The folder ${folder} cannot be read.`, {
      code: 'unreadable-folder',
      nextSteps: ['Name a folder of runs with --runs.'],
      cause,
    });
  }
}
