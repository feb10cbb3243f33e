import { resolve } from 'node:path';
import { consultBenchmark } from '../../benchmarks/service.js';
import { loadConfig, planSearch } from '../../config/index.js';
import { cacheLimit, withSharedScores } from '../../evaluators/shared-scores.js';
import { createSidecarEvaluator } from '../../evaluators/training.js';
import { startWorkingSidecar, type WorkingSidecar } from '../../evaluators/working-sidecar.js';
import { derivedSeed } from '../../random/random.js';
import { getSpace } from '../../spaces/index.js';
import type { RunEvent } from '../search/events.js';
import { toScore } from '../search/record.js';
import type { ScoreResult } from '../search/result.js';
import type { CommonOptions } from '../search/search-run.js';

export interface ScoreOptions extends CommonOptions {
  /** Configuration file in XNAS's form: data set, batch, teacher, optimiser, profile and seed. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** At least one, in the space's notation. */
  readonly genotypes: readonly string[];
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/**
 * Scores single architectures, each exactly as a search with the same configuration would.
 *
 * @example
 * const { scores } = await score({ cfg: 'configs/quickstart.yaml', genotypes: ['|skip_connect~0|+|…|'] });
 * @throws UsageError, MissingError, SidecarError or InterruptedError
 */
export async function score(options: ScoreOptions): Promise<ScoreResult> {
  const config = await loadConfig({ file: options.cfg, overrides: options.overrides ?? [] });
  const plan = planSearch(config);
  const space = getSpace(plan.specification.space);
  // Parsed before anything is started: a mistyped genotype should not cost the start of the sidecar.
  const architectures = options.genotypes.map((text) => {
    const encoding = space.parse(text);
    return { genotype: space.print(encoding), canonical: space.print(space.canonical(encoding)) };
  });
  const limit = (options.cache ?? true) ? cacheLimit() : 0;
  const signal = options.signal ?? new AbortController().signal;
  const data = options.data === undefined ? null : resolve(options.data);
  const workers = Math.min(plan.settings.workers, architectures.length);
  const emit = options.onEvent ?? (() => {});
  const working = await startWorkingSidecar({
    config,
    plan,
    data,
    workers,
    python: options.python,
    signal,
    emit,
  });
  try {
    const ownEvaluator = createSidecarEvaluator({
      sidecar: working.sidecar,
      digest: working.resolved.digest,
      capacity: workers,
      signal,
    });
    const notice = (text: string) => emit({ type: 'notice', text });
    const evaluator = withSharedScores(ownEvaluator, working, limit, notice);
    const scores = architectures.map(async ({ genotype, canonical }) => {
      const seed = derivedSeed(plan.settings.seed, 'evaluation', canonical);
      const outcome = await evaluator.evaluate({ genotype: canonical, seed });
      const benchmark = await consultBenchmark(working.sidecar, { space: space.name, genotype, data });
      return { score: toScore(genotype, canonical, outcome), benchmark };
    });
    return assemble(working, await Promise.all(scores));
  } finally {
    await working.sidecar.close();
  }
}

function assemble({ sidecar, prepared, resolved }: WorkingSidecar, scores: ScoreResult['scores']): ScoreResult {
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
