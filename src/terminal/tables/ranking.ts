import pc from 'picocolors';
import type { EstimateResult, Ranked, RankingResult } from '../../jobs/rank/result.js';
import { counted, formatSeconds } from '../units.js';
import { fittingTable, type LabelledValue, listOf } from './layout.js';

/** The tables of a finished ranking. */
export function describeRankings(result: RankingResult): string {
  const { files, notes, bootstrap } = result;
  const blocks = result.benchmark.series.map(({ name }) => `${pc.bold(name)}\n${correlationTable(result, name)}`);
  const last: LabelledValue[] = [
    ['files', `${files.folder}: result.json, architectures.csv, ${files.charts.length} charts`],
  ];
  return [
    listOf(overview(result)),
    ...blocks,
    `A positive correlation means that a better score predicts a higher accuracy. Brackets: ${100 * bootstrap.level} % interval from ${bootstrap.resamples} bootstrap resamples.`,
    `${pc.bold('cost per architecture')}\n${costTable(result)}`,
    describePaper(result),
    listOf([...last, ...notes.map((text): LabelledValue => ['note', text])]),
  ].join('\n\n');
}

function overview(result: RankingResult): LabelledValue[] {
  const { sample, specification, benchmark } = result;
  const { network, batch, steps } = specification;
  const counting = sample.counting === 'all' ? 'all of them count' : 'duplicates do not count';
  const rows: LabelledValue[] = [
    [
      'architectures',
      `${sample.counted} of ${result.space}, drawn at random with the seed ${result.seed}; ` +
        `${sample.twins} are duplicates of an earlier one; ${counting}`,
    ],
    [
      'measured',
      `on ${result.dataset}, ${batch.size} images, ${network.cells} cells of ${network.channels} channels at ` +
        `${network.resolution} × ${network.resolution}, up to ${steps - 1} updates, profile ${result.profile}, ` +
        `backend ${result.backend}, ${specification.arithmetic} arithmetic, ${result.device}`,
    ],
    ['against', `${benchmark.name}: ${benchmark.source}`],
  ];
  if (sample.unknown > 0) rows.push(['left out', `${sample.unknown} that are not in the benchmark`]);
  return [...rows, ...aggregateRows(result)];
}

function aggregateRows({ ranked, sample }: RankingResult): LabelledValue[] {
  const aggregate = ranked.find(({ name }) => name === 'aggregate');
  if (aggregate === undefined) return [];
  const isSeen = ranked.some(({ population }) => population === 'outside-reference');
  const outside = isSeen ? '' : '; raise --architectures to rank others by it';
  const parts = aggregate.parts.map(({ proxy, weight }) => `${proxy} × ${weight}`).join(', ');
  return [['aggregate', `${parts}, by rank among the first ${sample.reference} architectures${outside}`]];
}

function correlationTable({ ranked }: RankingResult, series: string): string {
  const shares = [...new Set(ranked.flatMap(({ correlations }) => correlations.map(({ best }) => best)))];
  const head = ['score', 'of', ...shares.map(shareName)];
  const table = fittingTable(head, ['left', 'right', ...shares.map(() => 'left' as const)]);
  for (const score of ranked) {
    const correlations = score.correlations.filter((one) => one.series === series);
    const cells = correlations.map(
      ({ kendall, spearman }) => `τ ${describeEstimate(kendall)}\nρ ${describeEstimate(spearman)}`,
    );
    table.push([nameOf(score), String(score.architectures), ...cells]);
  }
  return table.toString();
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
  const table = fittingTable(
    ['score', 'seconds', "of the paper's", 'million FLOPs', "of the paper's"],
    ['left', 'right', 'right', 'right', 'right'],
  );
  for (const score of ranked.filter(({ population }) => population === 'all')) {
    const { cost, ofPaper } = score;
    const seconds = cost.seconds === null ? '' : cost.seconds.toPrecision(3);
    const flops = cost.flops === null ? '' : cost.flops.toFixed(0);
    table.push([score.name, seconds, share(ofPaper.seconds), flops, share(ofPaper.flops)]);
  }
  return table.toString();
}

function share(value: number | null): string {
  return value === null ? '' : `${(100 * value).toPrecision(3)} %`;
}

function describePaper({ paper, cost }: RankingResult): string {
  const { channels, cells, resolution, batch, updates, flops, seconds, trainings } = paper;
  const passes = `${counted(updates, 'update')} and a last forward pass on ${counted(batch, 'image')} of ${resolution} × ${resolution}`;
  const size = `the network of ${cells} cells a stage and ${channels} channels`;
  const own = flops === null ? '' : `: ${flops.toFixed(0)} million FLOPs`;
  const timed =
    seconds === null
      ? 'not timed (see --paper)'
      : `${seconds.toPrecision(3)} s, the mean of ${counted(trainings, 'training')}`;
  return (
    `The paper's cost per architecture: ${passes} with ${size}; a backward pass counts as two forward passes${own}; ${timed}.\n` +
    `Seconds are measured with ${counted(cost.workers, 'worker')} of ${counted(cost.threads, 'thread')}. ` +
    `This session measured ${counted(cost.measured, 'architecture')}; it took ${formatSeconds(cost.seconds)} in total.`
  );
}
