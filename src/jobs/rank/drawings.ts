import type { PlaneChart } from '../../charts/chart.js';
import type { DrawSvg } from '../../charts/load-svg.js';
import type { AccuracySeries } from './accuracies.js';
import type { ScoredArchitecture } from './evaluate.js';
import type { Ranked } from './result.js';
import type { RankingScore } from './scores.js';

/** A scale is logarithmic if its largest value is more than this many times its smallest. */
const WIDE = 1000;

/** A scatter chart of a score and the accuracies of a series. */
export interface Drawing {
  /** File name, without a folder. */
  readonly name: string;
  readonly svg: string;
}

/** @param ranked the score over all architectures */
export function drawScore(
  score: RankingScore,
  scored: readonly ScoredArchitecture[],
  series: AccuracySeries,
  ranked: Ranked,
  svgOf: DrawSvg,
): Drawing {
  const part = score.proxies.length === 1 ? score.proxies[0] : undefined;
  const shownOf = ({ row, loss }: ScoredArchitecture) => (part ? (row.values.get(part.name)?.value ?? null) : loss);
  const points = scored.flatMap((one) => {
    const x = shownOf(one);
    const y = one.row.accuracies.get(series.name);
    if (x === null || y === undefined || !Number.isFinite(x)) return [];
    return [{ x, y, label: `${one.row.genotype} ${x.toPrecision(5)}, ${y.toFixed(2)} %` }];
  });
  const better = part?.direction === 'higher' ? 'higher' : 'lower';
  const chart: PlaneChart = {
    kind: 'plane',
    title: `${score.name} and ${series.name}: ${describeTau(ranked, series)}`,
    x: { label: `${score.name} (${better} is better)`, log: isWide(points.map(({ x }) => x)) },
    y: { label: `${series.name} accuracy, %` },
    series: [{ name: `${points.length} architectures`, as: 'dots', points }],
  };
  return { name: `${fileName(score.name)}-${fileName(series.name)}.svg`, svg: svgOf(chart) };
}

function describeTau({ correlations }: Ranked, series: AccuracySeries): string {
  const tau = correlations.find(({ series: name, best }) => name === series.name && best === 1)?.kendall;
  if (!tau || tau.value === null) return 'no order';
  const interval = tau.low === null || tau.high === null ? '' : ` [${tau.low.toFixed(3)}, ${tau.high.toFixed(3)}]`;
  return `Kendall τ ${tau.value.toFixed(3)}${interval}`;
}

function isWide(values: readonly number[]): boolean {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return least > 0 && most / least > WIDE;
}

function fileName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9.@-]+/g, '-');
}
