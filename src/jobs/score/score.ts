import { z } from 'zod';
import { consultBenchmark } from '../../benchmarks/service.js';
import { planSearch } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { cacheLimit } from '../../evaluators/caching.js';
import { type PreparedSidecar, startPreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import { createScoring } from '../../evaluators/scoring.js';
import { pathOption } from '../../installation/paths.js';
import { checkOptions, filledText, type OptionShape } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { evaluationSeed } from '../../search/recording.js';
import type { SpaceDefinition } from '../../spaces/definition.js';
import { normalFormIn } from '../../spaces/trainable.js';
import { CONFIGURATION_OPTIONS, dataFolderOf } from '../common-options.js';
import { type Notice, type RunPrepared, sidecarListener } from '../events.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { toScore } from '../search/record.js';
import type { ScoreResult } from '../search/result.js';
import { CACHE_OPTIONS, type CacheOptions } from '../search/search.js';

export interface ScoreOptions extends JobOptions, CacheOptions {
  /** Configuration file in XNAS's form: data set, batch, teacher, optimiser, profile and seed. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** At least one, in the space's notation. */
  readonly genotypes: readonly string[];
  /** Python files and modules that add spaces, data sets, teachers and proxies; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
}

const SCORE_OPTIONS: OptionShape<ScoreOptions> = {
  ...{ ...JOB_OPTIONS, ...CACHE_OPTIONS, ...CONFIGURATION_OPTIONS },
  cfg: pathOption,
  genotypes: z.array(filledText, 'an array of genotypes').min(1, 'at least one genotype'),
};

export type ScoreEvent = RunPrepared | Notice;

/**
 * Scores single architectures, each exactly as a search with the same configuration would. Writes no folder.
 *
 * @example
 * const { scores } = await score({ cfg: 'quickstart', genotypes: ['|skip_connect~0|+|…|'] }).result;
 */
export function score(options: ScoreOptions): Job<ScoreEvent, ScoreResult> {
  const interruption = () => ({ message: 'The scoring was interrupted.', nextSteps: [] });
  return startChecked(() => checkOptions('score()', SCORE_OPTIONS, options), { interruption }, runScore);
}

async function runScore(options: ScoreOptions, { signal, emit }: JobContext<ScoreEvent>): Promise<ScoreResult> {
  const { cfg, overrides, plugins, python } = options;
  const config = await new PluginLoader({ python, signal }).loadConfig({ file: cfg, overrides, plugins });
  const plan = planSearch(config);
  const { space } = plan.definitions.space;
  // A mistyped genotype is found before the sidecar is started.
  const architectures = options.genotypes.map((text) =>
    architectureOf(plan.definitions.space, config.catalogue.spaces, text),
  );
  const limit = (options.cache ?? true) ? cacheLimit() : 0;
  const data = dataFolderOf(options);
  const workers = Math.min(plan.settings.workers, architectures.length);
  const listener = sidecarListener(emit);
  const { notify } = listener;
  const prepared = await startPreparedSidecar({
    config,
    plan,
    data,
    workers,
    python,
    signal,
    ...listener,
  });
  try {
    const { sidecar } = prepared;
    const evaluator = createScoring({ prepared, capacity: workers, cacheLimit: limit, notify, signal });
    const scores = architectures.map(async ({ genotype, canonical }) => {
      const seed = evaluationSeed(plan.settings.seed, canonical);
      const outcome = await evaluator.evaluate({ genotype: canonical, seed });
      const benchmark = await consultBenchmark(sidecar, { space: space.name, genotype, data });
      return { score: toScore(genotype, canonical, outcome), benchmark };
    });
    return resultOf(prepared, await Promise.all(scores));
  } finally {
    await prepared.sidecar.close();
  }
}

/** A genotype that no search of the space proposes, such as one with two kinds of cells, has no canonical form. */
export function architectureOf(definition: SpaceDefinition, spaces: Iterable<SpaceDefinition>, text: string) {
  const { space } = definition;
  const genotype = normalFormIn(definition, spaces, text);
  try {
    const encoding = space.parse(genotype);
    return { genotype: space.print(encoding), canonical: space.print(space.canonical(encoding)) };
  } catch (error) {
    if (error instanceof UsageError) return { genotype, canonical: genotype };
    throw error;
  }
}

function resultOf({ sidecar, prepared, resolved }: PreparedSidecar, scores: ScoreResult['scores']): ScoreResult {
  const { specification, profile } = resolved.plan;
  return {
    schema: 1,
    space: specification.space,
    dataset: specification.dataset,
    profile,
    backend: specification.backend,
    device: sidecar.hello.device,
    specificationDigest: resolved.digest,
    scores,
    notes: prepared.notes,
  };
}
