/** The course of a search: the loss of each architecture in the order of the history. */
import type { ChartSeries, PlaneChart, Point } from '../../../charts/chart.js';
import { counted, grouped } from '../../../system/units.js';
import type { Block, ReportArchitecture } from '../schema.js';
import type { SearchHistory } from './history.js';

/** A loss axis is logarithmic if its largest value is more than this many times its smallest. */
const WIDE = 4;

/** The groups of points, in the order of the legend. The number is the colour. */
const GROUPS: readonly {
  readonly name: string;
  readonly colour: number;
  readonly holds: (one: ReportArchitecture) => boolean;
}[] = [
  { name: 'duplicates', colour: 7, holds: ({ duplicateOf }) => duplicateOf !== null },
  { name: 'stopped early', colour: 4, holds: ({ outcome }) => outcome === 'stopped' },
  { name: 'warm-up', colour: 0, holds: ({ phase }) => phase === 'warm-up' },
  { name: 'guided, good', colour: 2, holds: ({ good }) => good },
  { name: 'guided', colour: 1, holds: () => true },
];
const LOST = { name: 'failed or diverged', colour: 6 };
const BEST = { name: 'lowest so far', colour: 5 };

export function courseBlocks(
  architectures: readonly ReportArchitecture[],
  { status }: SearchHistory,
  objective: string,
): Block[] {
  const chart = courseChart(architectures, status?.threshold ?? null, objective);
  return [
    { type: 'chart', id: 'search', chart, text: courseText(architectures, status?.threshold ?? null) },
    { type: 'architectures' },
  ];
}

function courseChart(
  architectures: readonly ReportArchitecture[],
  threshold: number | null,
  objective: string,
): PlaneChart {
  const losses = architectures.flatMap(({ loss }) => (loss === null ? [] : [loss]));
  const least = losses.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = losses.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const log = least > 0 && most / least > WIDE;
  const warmUp = architectures.filter(({ phase }) => phase === 'warm-up').length;
  return {
    kind: 'plane',
    title: `Loss of ${counted(architectures.length, 'architecture')}, ${architectures.length - losses.length} diverged`,
    x: { label: 'architecture, in the order of the search' },
    y: { label: objective === 'rmi' ? 'loss after training on one batch' : `value of ${objective}`, log },
    series: [...groupsOf(architectures), ...lostOf(architectures, most), bestOf(architectures)],
    ...(threshold !== null && { levels: [{ y: threshold, label: `threshold ${threshold.toPrecision(3)}` }] }),
    ...(warmUp > 0 && warmUp < architectures.length && { marks: [{ x: warmUp + 0.5, label: 'end of the warm-up' }] }),
  };
}

function groupsOf(architectures: readonly ReportArchitecture[]): ChartSeries[] {
  const points = GROUPS.map((): Point[] => []);
  for (const [item, one] of architectures.entries()) {
    if (one.loss === null) continue;
    const group = GROUPS.findIndex(({ holds }) => holds(one));
    points[group]?.push({ x: item + 1, y: one.loss, item });
  }
  return GROUPS.flatMap(({ name, colour }, group): ChartSeries[] => {
    const own = points[group] ?? [];
    return own.length === 0 ? [] : [{ name, as: 'dots', colour, points: own }];
  }).reverse();
}

/** Architectures without a loss are drawn at the upper end. */
function lostOf(architectures: readonly ReportArchitecture[], most: number): ChartSeries[] {
  const y = Number.isFinite(most) ? most : 1;
  const points = architectures.flatMap(({ loss }, item) => (loss === null ? [{ x: item + 1, y, item }] : []));
  return points.length === 0 ? [] : [{ ...LOST, as: 'dots', points }];
}

function bestOf(architectures: readonly ReportArchitecture[]): ChartSeries {
  const points: Point[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (const [item, { loss, outcome }] of architectures.entries()) {
    if (loss === null || outcome === 'stopped' || loss >= lowest) continue;
    lowest = loss;
    points.push({ x: item + 1, y: loss, item });
  }
  if (points.length > 0) points.push({ x: architectures.length, y: lowest });
  return { ...BEST, as: 'steps', points };
}

function courseText(architectures: readonly ReportArchitecture[], threshold: number | null): string {
  const count = (holds: (one: ReportArchitecture) => boolean) => architectures.filter(holds).length;
  const warmUp = count(({ phase }) => phase === 'warm-up');
  const parts = [
    `The warm-up drew ${counted(warmUp, 'architecture')} at random, and the strategy proposed ${grouped(architectures.length - warmUp)} more.`,
  ];
  if (threshold !== null) {
    const good = count(({ phase, good: isGood }) => phase === 'guided' && isGood);
    parts.push(
      `An architecture is good if its loss is below ${threshold.toPrecision(4)}: ${good} of the guided ones are.`,
    );
  }
  const duplicates = count(({ duplicateOf }) => duplicateOf !== null);
  const stopped = count(({ outcome, duplicateOf }) => outcome === 'stopped' && duplicateOf === null);
  const lost = count(({ loss, duplicateOf }) => loss === null && duplicateOf === null);
  const saved = [
    ...(duplicates > 0 ? [`${counted(duplicates, 'duplicate')} took the score of an earlier architecture`] : []),
    ...(stopped > 0
      ? [`${counted(stopped, 'training')} ended early, because the architecture could no longer be good`]
      : []),
    ...(lost > 0 ? [`${counted(lost, 'architecture')} failed or diverged, drawn at the upper end`] : []),
  ];
  if (saved.length > 0) parts.push(`${saved.join('; ')}.`);
  return parts.join(' ');
}
