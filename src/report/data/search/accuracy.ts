/** The scores of a search beside the true accuracies of a benchmark. */
import type { PlaneChart, Point } from '../../../charts/chart.js';
import { correlate, LEVEL } from '../../../jobs/rank/correlate.js';
import { resample } from '../../../statistics/bootstrap.js';
import { counted } from '../../../system/units.js';
import { percentOf } from '../numbers.js';
import type { Block, ReportArchitecture } from '../schema.js';

const BEST_SHARE = 0.3;
const RESAMPLES = 300;
const FEWEST = 3;
/** A loss axis is logarithmic if its largest value is more than this many times its smallest. */
const WIDE = 4;

/** Blocks for all evaluated architectures whose accuracy is known; none for fewer than three. */
export function accuracyBlocks(
  architectures: readonly ReportArchitecture[],
  { series, seed }: { series: string; seed: number },
): Block[] {
  const known = architectures.flatMap((one, item) => {
    const { accuracy, loss, duplicateOf, outcome } = one;
    // The loss of a stopped training is not that of its last step.
    if (accuracy === null || loss === null || duplicateOf !== null || outcome === 'stopped') return [];
    return [{ item, loss, accuracy }];
  });
  if (known.length < FEWEST) return [];
  const goodness = known.map(({ loss }) => -loss);
  const accuracies = known.map(({ accuracy }) => accuracy);
  const draws = resample(known.length, RESAMPLES, seed);
  const [all, best] = [1, BEST_SHARE].map((share) => correlate(goodness, accuracies, share, draws).kendall);
  return [
    {
      type: 'chart',
      id: 'accuracy',
      chart: scatter(known),
      text:
        `Kendall's τ of score and accuracy over ${counted(known.length, 'architecture')} is ${tau(all)}, ` +
        `and among the best ${percentOf(BEST_SHARE)} by accuracy ${tau(best)}. Brackets hold ${percentOf(LEVEL)} intervals of the bootstrap. The accuracies are those of ${series}.`,
    },
  ];
}

function tau(estimate: { value: number | null; low: number | null; high: number | null } | undefined): string {
  if (estimate === undefined || estimate.value === null) return 'not defined';
  const { value, low, high } = estimate;
  return low === null || high === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function scatter(known: readonly { item: number; loss: number; accuracy: number }[]): PlaneChart {
  const limit = [...known].sort((a, b) => b.accuracy - a.accuracy)[Math.ceil(BEST_SHARE * known.length) - 1];
  const least = known.reduce((a, { loss }) => Math.min(a, loss), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, { loss }) => Math.max(a, loss), Number.NEGATIVE_INFINITY);
  const pointsOf = (isBest: boolean) =>
    known.flatMap(({ item, loss, accuracy }): Point[] =>
      accuracy >= (limit?.accuracy ?? 0) === isBest ? [{ x: loss, y: accuracy, item }] : [],
    );
  return {
    kind: 'plane',
    title: 'Score and true accuracy',
    x: { label: 'loss (lower is better)', log: least > 0 && most / least > WIDE },
    y: { label: 'true accuracy, %' },
    series: [
      { name: `best ${percentOf(BEST_SHARE)} by accuracy`, as: 'dots', colour: 2, points: pointsOf(true) },
      { name: 'others', as: 'dots', colour: 7, points: pointsOf(false) },
    ],
  };
}
