import type { JournalEntry } from '../jobs/search/journal.js';
import type { Screening } from '../objectives/objective.js';
import { runPool } from '../search/pool.js';
import { evaluationSeed } from '../search/recording.js';
import type { Encoding, Space } from '../spaces/space.js';
import type { Screener } from '../strategies/strategy.js';
import type { Measure } from './measure.js';
import type { Measurements } from './measurements.js';

export interface ScreenerOptions {
  readonly space: Space;
  readonly screening: Screening;
  /** How many candidates are left over. */
  readonly keep: number;
  readonly measure: Measure;
  readonly known: Measurements;
  /** How many are measured side by side. */
  readonly capacity: number;
  /** The run's. */
  readonly seed: number;
  readonly write: (entry: JournalEntry) => void;
  readonly signal: AbortSignal;
}

/** Measures in the sidecar what the run has not measured yet, and answers the best candidates by the objective's cheap parts. */
export function createScreener(options: ScreenerOptions): Screener {
  const { space, screening, keep, known } = options;
  return async (candidates, history, least) => {
    const canonicals = candidates.map((candidate) => space.print(space.canonical(candidate)));
    await measureMissing(new Set(canonicals), options);
    const parts = canonicals.map((canonical) => known.find(canonical, screening.proxies) ?? {});
    const kept = lowestFirst(candidates, screening.score(history, parts)).slice(0, Math.max(keep, least));
    const bill = known.charge(canonicals);
    return { kept, screened: { ...bill, skipped: candidates.length - kept.length } };
  };
}

async function measureMissing(canonicals: ReadonlySet<string>, options: ScreenerOptions): Promise<void> {
  const { screening, measure, known, capacity, seed, write, signal } = options;
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
    write({ type: 'screened', genotype, parts, seconds, flops });
    known.keep(genotype, parts, measurement);
  }
}

/** Of equal ones the first stays first. */
function lowestFirst(candidates: readonly Encoding[], scores: readonly number[]): Encoding[] {
  return candidates
    .map((candidate, index) => ({ candidate, score: scores[index] ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.score < b.score ? -1 : Number(a.score > b.score)))
    .map(({ candidate }) => candidate);
}
