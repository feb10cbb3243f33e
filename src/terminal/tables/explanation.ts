/** The score of an architecture, taken apart, as text. */
import pc from 'picocolors';
import { reportedFigures } from '../../benchmarks/reported.js';
import type { Explanation, Standing } from '../../explain/explanation.js';
import { counted, grouped } from '../units.js';
import { fittingTable, type LabelledValue, listOf } from './layout.js';
import { transferRow } from './search.js';

const BARS = '▁▂▃▄▅▆▇█';
const SPARKLINE = 40;
const SHARE = 20;

export function describeExplanation(explanation: Explanation): string {
  const { genotype, canonical, parts, failure, file } = explanation;
  const rows: LabelledValue[] = [
    ['architecture', pc.bold(genotype)],
    ...(canonical === genotype ? [] : [['trained as', canonical] as LabelledValue]),
    ...sourceRows(explanation),
    ...(failure === null ? [] : [['failed', failure] as LabelledValue]),
    ...scoreRows(explanation),
    ...benchmarkRows(explanation),
    ...(file === null ? [] : [['page', file] as LabelledValue]),
  ];
  return parts.length === 0 ? listOf(rows) : `${listOf(rows)}\n${partsTable(explanation)}`;
}

function sourceRows({ space, dataset, run, trainedBy, proposed, steps, failure }: Explanation): LabelledValue[] {
  const trained: LabelledValue = ['trained', `with the configuration ${trainedBy} (${space} on ${dataset})`];
  if (run === null) return [trained];
  const evaluated = steps > 0 || failure !== null;
  const origin =
    proposed === null
      ? `not ${evaluated ? '' : 'evaluated '}by this search`
      : `in turn ${proposed.turn} (${proposed.phase})`;
  return [
    ['search', `${run} (${space} on ${dataset})`],
    ['proposed', origin],
    ...(trainedBy === null ? [] : [trained]),
  ];
}

function scoreRows(explanation: Explanation): LabelledValue[] {
  const { run, loss, curve, stopped, params, flops, warmup, all, threshold, proxies } = explanation;
  const good = threshold !== null && loss !== null ? `${loss < threshold ? 'below' : 'not below'} the threshold ` : '';
  return [
    ...(loss === null ? [] : [['loss', pc.bold(loss.toPrecision(6))] as LabelledValue]),
    ...(curve.length === 0 ? [] : [['loss by step', sparklineOf(curve, curve.length - 1)] as LabelledValue]),
    ...ckaRows(explanation),
    ...(params === null ? [] : [['parameters', grouped(params)] as LabelledValue]),
    ...(flops === null ? [] : [['FLOPs', `${flops.toPrecision(4)} million`] as LabelledValue]),
    ...(stopped === null ? [] : [['stopped', `after step ${stopped}: it could not become good`] as LabelledValue]),
    ...(threshold === null ? [] : [['threshold', `${good}${threshold.toPrecision(6)}`] as LabelledValue]),
    ...(warmup === null ? [] : [[run === null ? 'among random' : 'in the warm-up', placeOf(warmup)] as LabelledValue]),
    ...(all === null ? [] : [['in the search', placeOf(all)] as LabelledValue]),
    ...proxies.map(({ name, value, standing }): LabelledValue => {
      const place = standing === null ? '' : `  rank ${standing.rank} of ${standing.of}, the lowest first`;
      return [name, `${value === null ? 'not finite' : value.toPrecision(6)}${place}`];
    }),
  ];
}

/** The recorded points of each stage, and the value at the last step. */
function ckaRows({ curve, cka, ckaCurve }: Explanation): LabelledValue[] {
  if (ckaCurve === null) return [];
  const steps = curve.length - 1;
  const { every, stages } = ckaCurve;
  return stages.map((values, stage) => {
    const before = values.filter((_, place) => place * every < steps);
    return [`CKA of stage ${stage + 1}`, sparklineOf([...before, cka[stage] ?? null], steps)];
  });
}

const placeOf = ({ rank, of }: Standing): string => `rank ${rank} of ${of} by loss`;

function benchmarkRows({ benchmark, dataset: searched }: Explanation): LabelledValue[] {
  if (benchmark === null) return [];
  const rows = reportedFigures(benchmark.figures).map(
    ({ dataset, split, accuracy, rank, of, regret }): LabelledValue => [
      benchmark.benchmark,
      `${accuracy.toFixed(2)} %  rank ${rank} of ${of}, regret ${regret.toFixed(2)}  (${dataset} ${split})`,
    ],
  );
  return [...rows, ...transferRow(benchmark, searched)];
}

/** A curve in one line. Values between two columns are averaged. @param steps from its first point to its last one */
export function sparklineOf(curve: readonly (number | null)[], steps: number): string {
  const values = curve.filter((value) => value !== null);
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return 'no finite value';
  const columns = Math.min(SPARKLINE, values.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const part = values.slice(
      Math.floor((column * values.length) / columns),
      Math.floor(((column + 1) * values.length) / columns),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const [least, most] = [Math.min(...means), Math.max(...means)];
  const height = (value: number) => Math.round(((value - least) / (most - least || 1)) * (BARS.length - 1));
  const line = means.map((value) => BARS[height(value)] ?? '').join('');
  return `${line}  ${first.toPrecision(4)} → ${last.toPrecision(4)} in ${counted(steps, 'step')}`;
}

/** The parts of the loss, with bars for their shares. */
function partsTable({ parts }: Explanation): string {
  const total = parts.reduce((sum, { contribution }) => sum + contribution, 0);
  const table = fittingTable(
    ['part of the loss', 'value', 'weight', 'share of the loss', ''],
    ['left', 'right', 'right', 'right', 'left'],
    { lines: false },
  );
  for (const { name, value, weight, contribution } of parts) {
    const bar = '█'.repeat(Math.round((SHARE * contribution) / (total || 1)));
    table.push([name, value.toFixed(4), weight.toFixed(2), contribution.toFixed(4), bar]);
  }
  table.push(['sum', '', '', total.toFixed(4), '']);
  return table.toString();
}
