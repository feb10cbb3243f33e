import type { Screening } from '../objectives/objective.js';
import { runPool } from '../search/pool.js';
import { evaluationSeed } from '../search/recording.js';
import type { Encoding, Space } from '../spaces/space.js';
import type { Screener } from '../strategies/strategy.js';
import type { Measure } from './proxies.js';
import type { ProxyMeasurements, ScreenedCandidate } from './proxy-measurements.js';

export interface ScreenerOptions {
  readonly space: Space;
  readonly screening: Screening;
  /** How many candidates remain. */
  readonly keep: number;
  readonly measure: Measure;
  readonly known: ProxyMeasurements;
  /** How many are measured side by side. */
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
  const measured = runPool({
    items: missing,
    capacity: () => capacity,
    run: async (genotype) => {
      const measurement = await measure({ genotype, seed: evaluationSeed(seed, genotype) }, screening.proxies);
      return { genotype, measurement };
    },
    signal,
  });
  for await (const { genotype, measurement } of measured) {
    const { parts, seconds, flops } = measurement;
    record({ type: 'screened', genotype, parts, seconds, flops });
    known.addCandidate(genotype, parts, measurement);
  }
}

/** Equal candidates keep their order. */
function lowestFirst(candidates: readonly Encoding[], scores: readonly number[]): Encoding[] {
  return candidates
    .map((candidate, index) => ({ candidate, score: scores[index] ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.score < b.score ? -1 : Number(a.score > b.score)))
    .map(({ candidate }) => candidate);
}
