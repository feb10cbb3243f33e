import type { Screening } from '../objectives/objective.js';
import { MOST_MEASURED } from '../protocol/proxies.js';
import { runPool } from '../search/pool.js';
import { evaluationSeed } from '../search/recording.js';
import type { Encoding, Space } from '../spaces/space.js';
import type { Screener } from '../strategies/strategy.js';
import type { MeasuredArchitecture } from './measurements.js';
import type { Measure } from './proxies.js';
import type { ProxyMeasurements, ScreenedCandidate } from './proxy-measurements.js';

export interface ScreenerOptions {
  readonly space: Space;
  readonly screening: Screening;
  /** How many candidates remain. */
  readonly keep: number;
  readonly measure: Measure;
  readonly known: ProxyMeasurements;
  /** How many requests to measure run side by side. */
  readonly capacity: number;
  /** The run's. */
  readonly seed: number;
  /** Journals a measurement; called before the screener counts on it. */
  readonly record: (screened: ScreenedCandidate) => void;
  readonly signal: AbortSignal;
}

/** Measures candidates that the run has not measured yet, and keeps the best by the objective's cheap proxies. */
export function createScreener(options: ScreenerOptions): Screener {
  const { space, screening, keep, known } = options;
  return async (candidates, history, least) => {
    const canonicals = candidates.map((candidate) => space.print(space.canonical(candidate)));
    await measureMissing(new Set(canonicals), options);
    const parts = canonicals.map((canonical) => known.find(canonical, screening.proxies) ?? {});
    const kept = lowestFirst(candidates, screening.score(history, parts)).slice(0, Math.max(keep, least));
    const cost = known.takeCost(canonicals);
    return { kept, screened: { ...cost, skipped: candidates.length - kept.length } };
  };
}

async function measureMissing(canonicals: ReadonlySet<string>, options: ScreenerOptions): Promise<void> {
  const { screening, measure, known, capacity, seed, record, signal } = options;
  const missing = [...canonicals].filter((canonical) => known.find(canonical, screening.proxies) === undefined);
  const architectures = missing.map((genotype) => ({ genotype, seed: evaluationSeed(seed, genotype) }));
  const measured = runPool({
    items: portionsOf(architectures, capacity),
    capacity: () => capacity,
    run: async (portion) => ({ portion, measurements: await measure(portion, screening.proxies) }),
    signal,
  });
  for await (const { portion, measurements } of measured) {
    for (const [index, { parts, seconds, flops }] of measurements.entries()) {
      const { genotype } = portion[index] as MeasuredArchitecture;
      record({ type: 'screened', genotype, parts, seconds, flops });
      known.addCandidate(genotype, parts, { seconds, flops });
    }
  }
}

/** Portions of about equal size: one for each worker, or as many as keep each within the size of a request. */
function portionsOf<T>(items: readonly T[], workers: number): T[][] {
  const portions = Math.max(workers, Math.ceil(items.length / MOST_MEASURED));
  const size = Math.ceil(items.length / portions);
  return Array.from({ length: size === 0 ? 0 : Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Equal candidates keep their order. */
function lowestFirst(candidates: readonly Encoding[], scores: readonly number[]): Encoding[] {
  return candidates
    .map((candidate, index) => ({ candidate, score: scores[index] ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.score < b.score ? -1 : Number(a.score > b.score)))
    .map(({ candidate }) => candidate);
}
