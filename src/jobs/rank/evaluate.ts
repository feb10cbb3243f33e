import type { ProxyValues } from '../../objectives/index.js';
import { resample } from '../../statistics/bootstrap.js';
import { mean } from '../../statistics/moments.js';
import type { AccuracySeries, KnownArchitecture } from './accuracies.js';
import { correlate } from './correlate.js';
import type { MeasuredValue, MeasuringCost } from './measured-values.js';
import type { PaperCost } from './paper.js';
import type { Ranked } from './result.js';
import type { DuplicateCounting } from './sample.js';
import { costOf, lossesOf, type RankingScore } from './scores.js';

/** Shares of the truly best architectures over which correlations are computed. */
export const SHARES = [1, 0.3, 0.1];

/** An architecture with its accuracies, values and costs. */
export interface RankedArchitecture extends KnownArchitecture {
  /** By name of the proxy. */
  readonly values: ReadonlyMap<string, MeasuredValue>;
  readonly paper: PaperCost;
}

export interface RankingQuestion {
  /** In the order drawn. */
  readonly rows: readonly RankedArchitecture[];
  readonly scores: readonly RankingScore[];
  readonly series: readonly AccuracySeries[];
  readonly duplicates: DuplicateCounting;
  /** Number of rows that the aggregate ranks against. */
  readonly reference: number;
  readonly bootstrap: number;
  readonly seed: number;
}

/** An architecture with its loss by a score: lower is better, infinite if there is no value. */
export interface ScoredArchitecture {
  readonly row: RankedArchitecture;
  readonly loss: number;
  readonly isReference: boolean;
}

/** The architectures that count, with their losses by a score. */
export function scoreRows(score: RankingScore, { rows, duplicates, reference }: RankingQuestion): ScoredArchitecture[] {
  const losses = lossesOf(score, rows.map(partsOf));
  return rows
    .map((row, index) => ({ row, loss: losses[index] ?? Number.POSITIVE_INFINITY, isReference: index < reference }))
    .filter(({ row }) => duplicates === 'all' || !row.isDuplicate);
}

/** Evaluates each score; the aggregate over all architectures, and over those outside its reference set. */
export function evaluate(question: RankingQuestion): Ranked[] {
  const drawsOf = resamples(question);
  return question.scores.flatMap((score) => {
    const scored = scoreRows(score, question);
    const all = rank(score, 'all', scored, question, drawsOf);
    const outside = scored.filter(({ isReference }) => !isReference);
    if (score.name !== 'aggregate' || outside.length < 2) return [all];
    return [all, rank(score, 'outside-reference', outside, question, drawsOf)];
  });
}

/** The same resamples for equal numbers of architectures, so that estimates of scores can be compared. */
function resamples({ bootstrap, seed }: RankingQuestion): (count: number) => readonly Int32Array[] {
  const known = new Map<number, readonly Int32Array[]>();
  return (count) => {
    const draws = known.get(count) ?? resample(count, bootstrap, seed);
    known.set(count, draws);
    return draws;
  };
}

function rank(
  { name, proxies }: RankingScore,
  population: Ranked['population'],
  scored: readonly ScoredArchitecture[],
  { series }: RankingQuestion,
  drawsOf: (count: number) => readonly Int32Array[],
): Ranked {
  const costs = scored.map(({ row }) => ({ own: costOfRow(proxies, row), paper: row.paper }));
  return {
    name,
    parts: proxies.map((proxy) => ({ proxy: proxy.name, weight: proxy.weight })),
    population,
    architectures: scored.length,
    withoutValue: scored.filter(({ loss }) => !Number.isFinite(loss)).length,
    cost: { flops: meanOf(costs.map(({ own }) => own?.flops)), seconds: meanOf(costs.map(({ own }) => own?.seconds)) },
    ofPaper: {
      flops: ratio(costs.map(({ own, paper }) => [own?.flops, paper.flops])),
      seconds: ratio(costs.map(({ own, paper }) => [own?.seconds, paper.seconds])),
    },
    correlations: series.flatMap((one) => {
      const pairs = scored.flatMap(({ row, loss }) => {
        const accuracy = row.accuracies.get(one.name);
        return accuracy === undefined ? [] : [{ goodness: -loss, accuracy }];
      });
      const goodness = pairs.map((pair) => pair.goodness);
      const accuracies = pairs.map(({ accuracy }) => accuracy);
      return SHARES.map((best) => {
        const correlation = correlate(goodness, accuracies, best, drawsOf(pairs.length));
        return { series: one.name, best, ...correlation };
      });
    }),
  };
}

function partsOf({ values }: RankedArchitecture): ProxyValues {
  return Object.fromEntries([...values].map(([proxy, { value }]) => [proxy, value]));
}

function costOfRow(proxies: RankingScore['proxies'], { values }: RankedArchitecture): MeasuringCost | null {
  return costOf(
    proxies,
    proxies.map(({ name }) => values.get(name)?.cost ?? null),
  );
}

/** The mean of the numbers; null if there is none. */
export function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number');
  return known.length === 0 ? null : mean(known);
}

/** Sum of the first numbers over sum of the second numbers, of the pairs that have both. */
function ratio(pairs: readonly (readonly [number | null | undefined, number | null | undefined])[]): number | null {
  let own = 0;
  let other = 0;
  for (const [first, second] of pairs) {
    if (typeof first !== 'number' || typeof second !== 'number') continue;
    own += first;
    other += second;
  }
  return other > 0 ? own / other : null;
}
