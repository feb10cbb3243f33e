/** The report of a ranking: how well each score orders architectures, and at what cost. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaneChart, Point } from '../../../charts/chart.js';
import { type Ranked, type RankingResult, rankingResultSchema } from '../../../jobs/rank/result.js';
import { jobFolderAt } from '../../../store/folder.js';
import { readTextBounded } from '../../../system/files.js';
import { counted, formatSeconds, grouped } from '../../../system/units.js';
import { percentOf, significant } from '../numbers.js';
import type { Block, ReportTable, RunReport } from '../schema.js';
import { csvLines } from './csv-lines.js';
import { againSection, plainReport, readResultFile, unfinishedReport } from './job-reports.js';

const MOST_BYTES = 2 ** 27;
/** An axis is logarithmic if its largest value is more than this many times its smallest. */
const WIDE = 1000;

/** @param measured measurements in the journal */
export function rankingReport(folder: string, measured: number): RunReport {
  const result = readResultFile(jobFolderAt(folder).result, rankingResultSchema);
  if (result === null)
    return unfinishedReport('ranking', folder, [{ label: 'measurements', value: grouped(measured) }]);
  const { sample, benchmark, cost, device, seed, rminas, specificationDigest } = result;
  const [best] = bestFirst(result);
  return plainReport({
    kind: 'ranking',
    folder,
    headline: best?.name ?? 'none',
    caption: 'Best ranking score',
    paragraphs: [paragraphOf(result), ...result.notes],
    facts: [
      { label: 'scores', value: grouped(bestFirst(result).length) },
      {
        label: 'architectures',
        value: grouped(sample.counted),
        note: `${counted(sample.twins, 'duplicate')} among them`,
      },
      { label: 'accuracies', value: benchmark.name, note: benchmark.series.map(({ name }) => name).join(', ') },
      { label: 'time', value: formatSeconds(cost.seconds) },
    ],
    sections: [
      { id: 'ranking', title: 'How well each score ranks', blocks: rankingBlocks(result) },
      { id: 'scatter', title: 'Scores and accuracies', blocks: scatterBlocks(result, folder) },
      {
        id: 'cost',
        title: 'What it cost',
        blocks: [{ type: 'table', title: 'Cost per architecture', table: costTable(result) }],
      },
      againSection(folder, [
        { label: 'rminas', value: rminas },
        { label: 'device', value: device },
        { label: 'seed', value: String(seed) },
        { label: 'specification', value: specificationDigest, note: 'SHA-256 of everything that a score depends on' },
      ]),
    ],
  });
}

function tauOf(one: Ranked, series: string, best = 1) {
  return one.correlations.find((correlation) => correlation.series === series && correlation.best === best)?.kendall;
}

/** The scores over all architectures, by τ on the first series. */
function bestFirst({ ranked, benchmark }: RankingResult): Ranked[] {
  const series = benchmark.series[0]?.name ?? '';
  const tau = (one: Ranked) => tauOf(one, series)?.value ?? Number.NEGATIVE_INFINITY;
  return ranked.filter(({ population }) => population === 'all').sort((a, b) => tau(b) - tau(a));
}

function paragraphOf(result: RankingResult): string {
  const { space, dataset, sample, benchmark, bootstrap } = result;
  const series = benchmark.series[0]?.name ?? 'the accuracies';
  const [best] = bestFirst(result);
  const tau = best && tauOf(best, series);
  const found =
    best && tau?.value != null
      ? ` ${best.name} orders them best: its Kendall's τ with ${series} is ${tau.value.toFixed(3)}.`
      : '';
  return (
    `${counted(sample.drawn, 'architecture')} of ${space} were drawn at random and measured on ${dataset}.${found} ` +
    `The intervals hold ${percentOf(bootstrap.level)} of ${grouped(bootstrap.resamples)} bootstrap resamples.`
  );
}

function rankingBlocks(result: RankingResult): Block[] {
  return [
    {
      type: 'chart',
      id: 'tau',
      chart: tauChart(result),
      text: "Kendall's τ of each score with each series of accuracies, over all architectures: 1 is the same order, 0 is none.",
    },
    { type: 'table', title: 'Rank correlations', table: correlationTable(result) },
  ];
}

function tauChart(result: RankingResult): PlaneChart {
  const scores = bestFirst(result);
  return {
    kind: 'plane',
    title: "Kendall's τ of each score",
    x: { label: 'score', categories: scores.map(({ name }) => name) },
    y: { label: "Kendall's τ" },
    series: result.benchmark.series.map(({ name }) => ({
      name,
      as: 'bars',
      points: scores.flatMap((one, x): Point[] => {
        const tau = tauOf(one, name)?.value ?? null;
        return tau === null ? [] : [{ x, y: Number(tau.toFixed(4)) }];
      }),
    })),
  };
}

function correlationTable({ ranked }: RankingResult): ReportTable {
  const columns = ['score', 'architectures', 'accuracies', 'among', "Kendall's τ", "Spearman's ρ"];
  return {
    columns: columns.map((label, index) => ({ label, numeric: index > 3 })),
    rows: ranked.flatMap(({ name, population, correlations }) =>
      correlations.map(({ series, best, architectures, kendall, spearman }) => ({
        cells: [
          name,
          `${grouped(architectures)}${population === 'all' ? '' : ', outside the reference'}`,
          series,
          best === 1 ? 'all' : `best ${percentOf(best)}`,
          interval(kendall),
          interval(spearman),
        ],
      })),
    ),
  };
}

function interval({ value, low, high }: { value: number | null; low: number | null; high: number | null }): string {
  if (value === null) return '–';
  const around = low === null || high === null ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${value.toFixed(3)}${around}`;
}

function costTable(result: RankingResult): ReportTable {
  const columns = ['score', 'seconds', 'million FLOPs', "of the paper's seconds, %", "of the paper's FLOPs, %"];
  const share = (value: number | null) => (value === null ? null : Number((100 * value).toPrecision(3)));
  return {
    columns: columns.map((label, index) => ({ label, numeric: index > 0 })),
    rows: bestFirst(result).map(({ name, cost, ofPaper }) => ({
      cells: [
        name,
        significant(cost.seconds, 3),
        significant(cost.flops, 4),
        share(ofPaper.seconds),
        share(ofPaper.flops),
      ],
    })),
  };
}

/** A chart for each score and the first series; the table of architectures has the values. */
function scatterBlocks(result: RankingResult, folder: string): Block[] {
  const series = result.benchmark.series[0]?.name;
  const table = join(folder, 'architectures.csv');
  if (series === undefined || !existsSync(table)) return [];
  const [head = [], ...lines] = csvLines(readTextBounded(table, MOST_BYTES));
  const [yColumn, genotypes] = [head.indexOf(series), head.indexOf('genotype')];
  return bestFirst(result).flatMap((one, place): Block[] => {
    const column = head.lastIndexOf(one.name);
    if (column < 0 || yColumn < 0) return [];
    const points = lines.flatMap((cells): Point[] => {
      const [x, y] = [cells[column], cells[yColumn]];
      if (!x || !y) return [];
      return [{ x: Number(x), y: Number(y), label: cells[genotypes] ?? '' }];
    });
    const text = `Kendall's τ is ${interval(tauOf(one, series) ?? { value: null, low: null, high: null })}.`;
    return [{ type: 'chart', id: `score-${place + 1}`, chart: scatter(one.name, series, points), text }];
  });
}

function scatter(name: string, series: string, points: Point[]): PlaneChart {
  const values = points.map(({ x }) => x);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return {
    kind: 'plane',
    title: `${name} and accuracy`,
    x: { label: name, log: least > 0 && most / least > WIDE },
    y: { label: `${series} accuracy, %` },
    series: [{ name: counted(points.length, 'architecture'), as: 'dots', points }],
  };
}
