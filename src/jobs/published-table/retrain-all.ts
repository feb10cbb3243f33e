/** Retrains every published genotype of the table of the DARTS space by one recipe. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { textLiteral } from '../../config/index.js';
import { pathOption } from '../../installation/paths.js';
import { arrayOf, checkOptions, type OptionShape, seedOption } from '../../options.js';
import { publishedDartsGenotype } from '../../spaces/darts/published.js';
import { jobFolderAt } from '../../store/folder.js';
import { hasBegun } from '../../store/journal-file.js';
import { CONFIGURATION_OPTIONS } from '../common-options.js';
import { PUBLISHED_DARTS } from '../compare/published.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import type { RetrainingEvent } from '../retrain/events.js';
import type { NewRetraining } from '../retrain/plan.js';
import { retrain } from '../retrain/retrain.js';

export interface RetrainAllOptions extends Omit<NewRetraining, 'genotype'>, JobOptions {
  /** The folder of all retrainings. */
  readonly out: string;
}

const OPTIONS: OptionShape<RetrainAllOptions> = {
  ...{ ...JOB_OPTIONS, ...CONFIGURATION_OPTIONS },
  seeds: arrayOf(seedOption, 'seeds').optional(),
  out: pathOption,
};

/**
 * Retrains the genotypes one after the other. A repeated call continues: finished retrainings stay as they are.
 * @returns the folders of the retrainings
 */
export function retrainAll(options: RetrainAllOptions): Job<RetrainingEvent, readonly string[]> {
  const interruption = () => ({
    message: 'The retrainings were interrupted; every whole epoch is kept.',
    nextSteps: ['Give the same command again: it continues.'],
  });
  return startChecked(() => checkOptions('retrainAll()', OPTIONS, options), { interruption }, run);
}

async function run({ out, ...options }: RetrainAllOptions, context: JobContext<RetrainingEvent>): Promise<string[]> {
  const folders: string[] = [];
  for (const { genotype: name } of PUBLISHED_DARTS.rows) {
    const known = publishedDartsGenotype(name);
    if (known === undefined || known.genotype === null) continue;
    folders.push(await retrainOne(known.name, resolve(out, known.name), options, context));
  }
  return folders;
}

async function retrainOne(
  genotype: string,
  place: string,
  { overrides = [], python, data, ...options }: Omit<RetrainAllOptions, 'out'>,
  { signal, emit }: JobContext<RetrainingEvent>,
): Promise<string> {
  const earlier = earlierIn(place);
  if (earlier !== null && existsSync(jobFolderAt(earlier).result)) return earlier;
  const job =
    earlier === null
      ? retrain({
          ...{ ...options, genotype, python, data, signal },
          overrides: [...overrides, 'OUT_DIR', textLiteral(place)],
        })
      : retrain({ resume: earlier, python, data, signal });
  for await (const event of job) emit(event);
  return (await job.result).files.folder;
}

/** The folder of the retraining that has begun in a place; null if none has. */
function earlierIn(place: string): string | null {
  if (!existsSync(place)) return null;
  const folders = readdirSync(place).map((name) => join(place, name));
  return folders.find((folder) => hasBegun(jobFolderAt(folder).journal)) ?? null;
}
