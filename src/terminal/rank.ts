import Table from 'cli-table3';
import pc from 'picocolors';
import { describeRankingEvent, type RankingEvent } from '../jobs/rank/events.js';
import type { EstimateResult, Ranked, RankingResult } from '../jobs/rank/result.js';
import { liveLine } from './live-line.js';
import { formatSeconds } from './progress.js';
import { type Row, table } from './summary.js';

/** Shows a ranking's events while it goes on. */
export interface RankingReporter {
  show(event: RankingEvent): void;
  /** Leaves the terminal as it was. */
  clear(): void;
}

/** Plain lines; on a terminal one live line for what is measured, instead of a line an architecture. */
export function createRankingReporter(stream: NodeJS.WriteStream): RankingReporter {
  const live = liveLine(stream);
  return {
    show(event) {
      const text = describeRankingEvent(event);
      live.clear();
      if (event.type === 'measured' && stream.isTTY) live.write(text.slice(0, Math.max(20, stream.columns - 1)));
      else stream.write(`${text}\n`);
    },
    clear: live.clear,
  };
}

/** The tables that a ranking ends with. */
export function describeRankings(result: RankingResult): string {
  const { files, notes, bootstrap } = result;
  const blocks = result.benchmark.series.map(({ name }) => `${pc.bold(name)}\n${correlationTable(result, name)}`);
  const last: Row[] = [['files', `${files.folder}: result.json, architectures.csv, ${files.charts.length} charts`]];
  return [
    table(overview(result)),
    ...blocks,
    `Correlations are positive where a score ranks as the accuracy does; in brackets the ${100 * bootstrap.level} % interval of ${bootstrap.resamples} bootstrap resamples.`,
    `${pc.bold('cost of an architecture')}\n${costTable(result)}`,
    describePaper(result),
    table([...last, ...notes.map((text): Row => ['note', text])]),
  ].join('\n\n');
}

function overview(result: RankingResult): Row[] {
  const { sample, specification, benchmark } = result;
  const { network, batch, steps } = specification;
  const twins = sample.counting === 'all' ? 'counted as they come' : 'counted once';
  const rows: Row[] = [
    [
      'architectures',
      `${sample.counted} of ${result.space}, drawn at random with the seed ${result.seed}; ` +
        `${sample.twins} are the same network as an earlier one, and such twins are ${twins}`,
    ],
    [
      'measured',
      `on ${result.dataset}, ${batch.size} images, ${network.cells} cells of ${network.channels} channels at ` +
        `${network.resolution} × ${network.resolution}, up to ${steps - 1} updates, profile ${result.profile}, ` +
        `backend ${result.backend}, ${specification.arithmetic} arithmetic, ${result.device}`,
    ],
    ['against', `${benchmark.name}: ${benchmark.source}`],
  ];
  if (sample.unknown > 0) rows.push(['left out', `${sample.unknown} that the benchmark does not have`]);
  return [...rows, ...aggregateRows(result)];
}

function aggregateRows({ ranked, sample }: RankingResult): Row[] {
  const aggregate = ranked.find(({ name }) => name === 'aggregate');
  if (aggregate === undefined) return [];
  const isSeen = ranked.some(({ population }) => population === 'outside-reference');
  const outside = isSeen ? '' : '; there are no others to rank by it: --architectures';
  const parts = aggregate.parts.map(({ proxy, weight }) => `${proxy} × ${weight}`).join(', ');
  return [['aggregate', `${parts}, by rank among the first ${sample.reference} architectures${outside}`]];
}

function correlationTable({ ranked }: RankingResult, series: string): string {
  const shares = [...new Set(ranked.flatMap(({ correlations }) => correlations.map(({ best }) => best)))];
  const head = ['score', 'of', ...shares.map(shareName)];
  const drawn = newTable(head, ['left', 'right', ...shares.map(() => 'left' as const)]);
  for (const score of ranked) {
    const correlations = score.correlations.filter((one) => one.series === series);
    const cells = correlations.map(
      ({ kendall, spearman }) => `τ ${describeEstimate(kendall)}\nρ ${describeEstimate(spearman)}`,
    );
    drawn.push([nameOf(score), String(score.architectures), ...cells]);
  }
  return drawn.toString();
}

function nameOf({ name, population, withoutValue }: Ranked): string {
  const outside = population === 'outside-reference' ? '\noutside its reference' : '';
  return `${name}${outside}${withoutValue > 0 ? `\n${withoutValue} without a value` : ''}`;
}

function shareName(share: number): string {
  return share === 1 ? 'all' : `best ${Math.round(100 * share)} %`;
}

function describeEstimate({ value, low, high }: EstimateResult): string {
  if (value === null) return '-';
  return low === null || high === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function costTable({ ranked }: RankingResult): string {
  const drawn = newTable(
    ['score', 'seconds', "of the paper's", 'million FLOPs', "of the paper's"],
    ['left', 'right', 'right', 'right', 'right'],
  );
  for (const score of ranked.filter(({ population }) => population === 'all')) {
    const { cost, ofPaper } = score;
    const seconds = cost.seconds === null ? '' : cost.seconds.toPrecision(3);
    const flops = cost.flops === null ? '' : cost.flops.toFixed(0);
    drawn.push([score.name, seconds, share(ofPaper.seconds), flops, share(ofPaper.flops)]);
  }
  return drawn.toString();
}

function share(value: number | null): string {
  return value === null ? '' : `${(100 * value).toPrecision(3)} %`;
}

function describePaper({ paper, cost }: RankingResult): string {
  const { channels, cells, resolution, batch, updates, flops, seconds, trainings } = paper;
  const passes = `${updates} updates and a last forward pass on ${batch} images of ${resolution} × ${resolution}`;
  const size = `the network of ${cells} cells a stage and ${channels} channels`;
  const own = flops === null ? '' : `: ${flops.toFixed(0)} million FLOPs`;
  const timed =
    seconds === null ? 'not timed (--paper)' : `${seconds.toPrecision(3)} s, as ${trainings} trainings took`;
  return (
    `The paper's cost of an architecture is that of ${passes} with ${size}, a backward pass counted as two forward passes${own}; ${timed}.\n` +
    `Seconds are those of ${cost.workers} worker(s) with ${cost.threads} thread(s); ` +
    `${cost.measured} architectures were measured now, in ${formatSeconds(cost.seconds)} with all else.`
  );
}

function newTable(head: string[], colAligns: Table.HorizontalAlignment[]) {
  return new Table({ head, colAligns, style: { head: [], border: [] } });
}
