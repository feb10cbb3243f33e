import type { PlaneChart } from '../../charts/chart.js';
import type { DrawSvg } from '../../charts/load-svg.js';
import type { CostKind } from './cost.js';
import { cornersOf } from './curves.js';
import type { ComparisonResult } from './result.js';

export const COST_LABELS: Readonly<Record<CostKind, string>> = {
  seconds: 'search cost (s)',
  steps: 'search cost (training steps)',
  flops: 'search cost (million multiply-adds)',
  simulated: "search cost (s, of the benchmark's trainings)",
  evaluations: 'architectures evaluated',
};

/** Regret in per cent that a logarithmic axis shows instead of 0. */
const LEAST = 0.01;
const shown = (regret: number) => Math.max(LEAST, regret);

/** For each data set a chart of regret over cost: a line for each row, with the quartiles of the seeds as a band. */
export function regretCharts(result: Pick<ComparisonResult, 'series' | 'rows' | 'cost' | 'voting'>, svgOf: DrawSvg) {
  return result.series.map(({ dataset }, index) => ({ dataset, svg: svgOf(regretChart(result, index)) }));
}

/** The chart of one data set. @param index of its series */
export function regretChart(result: Parameters<typeof regretCharts>[0], index: number): PlaneChart {
  const { series, rows, cost, voting } = result;
  const vote = voting?.figures[index];
  const lines = rows.map(({ name, curves }) => ({
    name,
    as: 'line' as const,
    points: cornersOf(curves[index] ?? []).map((point) => ({
      x: point.cost,
      y: shown(point.median),
      band: { low: shown(point.low), high: shown(point.high) },
    })),
  }));
  return {
    kind: 'plane',
    title: `Regret on ${series[index]?.dataset ?? ''}: median and quartiles of the seeds`,
    x: { label: COST_LABELS[cost], log: true },
    y: { label: `accuracy below the space's best (%), ${LEAST} or less as ${LEAST}`, log: true },
    series: lines,
    ...(vote && { levels: [{ y: shown(vote.regret), label: `vote of the truly best: ${vote.regret.toFixed(2)}` }] }),
  };
}
