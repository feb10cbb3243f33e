/** Trains architectures as a search with the same configuration would, to explain their scores. Writes no folder. */
import { resolve } from 'node:path';
import type { Config } from '../config/index.js';
import { planSearch } from '../config/index.js';
import { cacheLimit } from '../evaluators/caching.js';
import { startPreparedSidecar } from '../evaluators/prepared-sidecar.js';
import { createSearchEvaluator } from '../evaluators/search-evaluator.js';
import type { RecordedEvaluation } from '../export/run.js';
import { describePrepared } from '../jobs/events.js';
import { createObjective } from '../objectives/index.js';
import { evaluationSeed } from '../search/recording.js';

export interface TrainOptions {
  readonly config: Config;
  /** Canonical genotypes. */
  readonly genotypes: readonly string[];
  /** Folder with the data sets and teachers; null when none was given. */
  readonly data: string | null;
  readonly python: string | undefined;
  readonly signal: AbortSignal;
  /** Whether to share scores with other runs. */
  readonly cache: boolean;
  /** Receives messages for the user. */
  readonly notify: (text: string) => void;
}

/** @throws MissingError for missing data and teachers; SidecarError when the sidecar fails */
export async function trainArchitectures(options: TrainOptions): Promise<RecordedEvaluation[]> {
  const { config, genotypes, data, python, signal, cache, notify } = options;
  const plan = planSearch(config);
  const { settings, definitions } = plan;
  const workers = Math.min(settings.workers, genotypes.length);
  const started = await startPreparedSidecar({
    ...{ config, plan, workers, python, signal, notify },
    data: data === null ? null : resolve(data),
    onPrepared: (hello, prepared) => notify(describePrepared({ type: 'run-prepared', hello, prepared })),
  });
  try {
    const { evaluator } = createSearchEvaluator({
      ...{ started, workers, notify, signal, recorded: [] },
      objective: createObjective(settings.objective, { reference: settings.warmup }),
      space: definitions.space.space,
      record: () => {},
      cacheLimit: cache ? cacheLimit() : 0,
    });
    return await Promise.all(
      genotypes.map(async (genotype) => {
        const seed = evaluationSeed(settings.seed, genotype);
        const outcome = await evaluator.evaluate({ genotype, seed });
        return { genotype, phase: 'warm-up' as const, turn: 0, seed, outcome };
      }),
    );
  } finally {
    await started.sidecar.close();
  }
}
