import { percentileInterval } from '../../statistics/bootstrap.js';
import { kendallOfRanks, type RankCorrelation, spearmanOfRanks } from '../../statistics/correlation.js';
import { denseRanks, tally } from '../../statistics/ranks.js';

/** Share of the bootstrap's estimates that an interval holds. */
export const LEVEL = 0.95;

/** A correlation and its bootstrap interval; null if there is no order to compare. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Correlation {
  /** Number of architectures. */
  readonly architectures: number;
  readonly kendall: Estimate;
  readonly spearman: Estimate;
}

/**
 * The rank correlation of a score over the best architectures by accuracy. Each resample has its own best ones, so the interval includes the
 * uncertainty of the limit.
 * @param goodness of each architecture, higher is better; -Infinity if nothing could be measured
 * @param accuracies of the same architectures
 * @param share of the best architectures by accuracy, in (0, 1]
 * @param draws resamples of as many indices as there are architectures
 */
export function correlate(
  goodness: readonly number[],
  accuracies: readonly number[],
  share: number,
  draws: readonly Int32Array[],
): Correlation {
  const xs = denseRanks(goodness);
  const ys = denseRanks(accuracies);
  const bestOf = (indices: Int32Array) => best(ys, indices, share);
  const all = bestOf(Int32Array.from(goodness.keys()));
  const resampled = draws.map(bestOf);
  const estimate = (correlation: RankCorrelation): Estimate => {
    const over = (indices: Int32Array) => correlation(pick(xs, indices), pick(ys, indices));
    const interval = percentileInterval(resampled.map(over), LEVEL);
    return { value: over(all), low: interval?.low ?? null, high: interval?.high ?? null };
  };
  return { architectures: all.length, kendall: estimate(kendallOfRanks), spearman: estimate(spearmanOfRanks) };
}

/** The best share of some architectures by their ranks. All that tie with the last of them are included. */
function best(places: Int32Array, indices: Int32Array, share: number): Int32Array {
  const counts = tally(pick(places, indices));
  const wanted = Math.max(1, Math.round(share * indices.length));
  let limit = counts.length;
  for (let have = 0; limit > 0 && have < wanted; have += counts[limit] ?? 0) limit -= 1;
  return indices.filter((index) => (places[index] ?? -1) >= limit);
}

function pick(places: Int32Array, indices: Int32Array): Int32Array {
  return indices.map((index) => places[index] ?? 0);
}
