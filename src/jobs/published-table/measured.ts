/** The runs of a method, summarised over their seeds. */
import { reportedFigures } from '../../benchmarks/reported.js';
import { convertSpread, type Spread, spreadOf } from '../../statistics/moments.js';
import { ONE_SHOT_OBJECTIVE } from '../compare/methods.js';
import type { ComparisonResult, ComparisonRow } from '../compare/result.js';
import { planNewOneShot } from '../one-shot/plan.js';
import type { OneShotResult } from '../one-shot/result.js';
import type { MeasuredRuns } from './result.js';

/** Summarises the one-shot searches of a method on a space: an entry for each group of equal settings. */
export async function measureOneShots(
  results: readonly OneShotResult[],
  method: string,
  space: string,
): Promise<MeasuredRuns[]> {
  const groups = new Map<string, OneShotResult[]>();
  for (const result of results) {
    if (result.method !== method || result.space !== space) continue;
    const group = groups.get(result.oneShotDigest) ?? [];
    // The same search may lie in two folders.
    if (group.every(({ seed }) => seed !== result.seed)) group.push(result);
    groups.set(result.oneShotDigest, group);
  }
  return Promise.all([...groups.values()].map(summariseOneShots));
}

async function summariseOneShots(group: readonly OneShotResult[]): Promise<MeasuredRuns> {
  const [first] = group;
  if (first === undefined) throw new Error('a group has a search');
  const { oneShot, oneShotDigest, trainImages, validationImages } = first;
  const { channels, cells, resolution } = oneShot.network;
  const spread = (of: (result: OneShotResult) => number) => spreadOf(group.map(of));
  return {
    seeds: group.map(({ seed }) => seed).sort((a, b) => a - b),
    genotypes: group.map(({ genotype }) => genotype),
    size: `C = ${channels}, N = ${cells}, ${resolution} pixels`,
    epochs: oneShot.recipe.epochs,
    images: trainImages + validationImages,
    architectures: spread(({ cost }) => cost.paths),
    // Of the sidecar: a session's start costs all methods the same.
    seconds: spread(({ cost }) => cost.trainingSeconds + cost.judgingSeconds),
    multiplyAdds: spread(({ cost }) => cost.multiplyAdds),
    ...benchmarkOf(group),
    asPublished: oneShotDigest === (await publishedDigest(first)),
  };
}

async function publishedDigest({ method, space, dataset }: OneShotResult): Promise<string> {
  const overrides = ['SPACE.NAME', space, 'LOADER.DATASET', dataset];
  return (await planNewOneShot({ method, overrides })).digest;
}

function benchmarkOf(group: readonly OneShotResult[]): Pick<MeasuredRuns, 'accuracies' | 'rank'> {
  const figures = group.map(({ benchmark }) => reportedFigures(benchmark.answer?.figures ?? []));
  const names = [...new Set(figures.flat().map(({ dataset }) => dataset))];
  const valuesOf = (name: string, of: 'accuracy' | 'rank'): number[] =>
    figures.flatMap((each) => each.filter(({ dataset }) => dataset === name).slice(0, 1)).map((figure) => figure[of]);
  const complete = names.filter((name) => valuesOf(name, 'accuracy').length === group.length);
  const searched = complete.find((name) => name === group[0]?.dataset);
  return {
    accuracies: Object.fromEntries(
      complete.map((name): [string, Spread] => [name, spreadOf(valuesOf(name, 'accuracy'))]),
    ),
    rank: searched === undefined ? null : spreadOf(valuesOf(searched, 'rank')),
  };
}

/** The rows of comparisons that are searches of the space; one-shot searches have results of their own. */
export function rowsOfComparisons(
  comparisons: readonly ComparisonResult[],
  space: string,
): readonly (readonly [ComparisonRow, ComparisonResult])[] {
  return comparisons
    .filter((comparison) => comparison.space === space)
    .flatMap((comparison) =>
      comparison.rows
        .filter(({ objective, runs }) => objective !== ONE_SHOT_OBJECTIVE && runs.length > 0)
        .map((row) => [row, comparison] as const),
    );
}

/** Summarises a row of a comparison; null without a run. */
export function measureRow(row: ComparisonRow, { series }: ComparisonResult): MeasuredRuns | null {
  const { runs, cost, architectures, figures } = row;
  if (cost === null || architectures === null) return null;
  // The cost is in millions.
  const multiplyAdds = convertSpread(cost.flops, (value) => value * 1e6);
  const known = series.flatMap(({ dataset }, at): [string, NonNullable<(typeof figures)[number]>][] => {
    const figure = figures[at];
    return figure ? [[dataset, figure]] : [];
  });
  return {
    seeds: runs.map(({ seed }) => seed),
    genotypes: runs.flatMap(({ genotype }) => (genotype === null ? [] : [genotype])),
    ...{ size: null, epochs: null, images: null, architectures, seconds: cost.seconds, multiplyAdds },
    accuracies: Object.fromEntries(known.map(([dataset, { accuracy }]) => [dataset, accuracy])),
    rank: known[0]?.[1].rank ?? null,
    asPublished: false,
  };
}
