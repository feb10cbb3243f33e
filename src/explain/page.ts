/** An explanation as a report: the architecture, its training, the parts of its score, and its place among others. */
import { basename } from 'node:path';
import type { PlaneChart } from '../charts/chart.js';
import type { ArchitectureGraph } from '../definitions/graph.js';
import type { RecordedEvaluation } from '../export/run.js';
import { shellWord } from '../installation/paths.js';
import { benchmarkFacts } from '../report/data/benchmark-facts.js';
import { significant } from '../report/data/numbers.js';
import { plainReport } from '../report/data/other/job-reports.js';
import { PicturePacker } from '../report/data/pictures.js';
import type { Block, Fact, ReportTable, RunReport, Section } from '../report/data/schema.js';
import { trainingCharts } from '../report/data/training-charts.js';
import { counted, grouped } from '../system/units.js';
import { type Explanation, type Standing, wholeLoss } from './explanation.js';

export interface ExplanationContext {
  /** The architectures that it was compared with. */
  readonly others: readonly RecordedEvaluation[];
  readonly graphs: readonly ArchitectureGraph[];
}

export function explanationReport(explanation: Explanation, { others, graphs }: ExplanationContext): RunReport {
  const { space, genotype, run, loss } = explanation;
  const packer = new PicturePacker();
  const answer = packer.pack(graphs);
  return plainReport({
    kind: 'explanation',
    folder: run ?? space,
    headline: genotype,
    caption: loss === null ? 'An architecture without a loss' : `Loss ${significant(loss, 5)}`,
    paragraphs: paragraphsOf(explanation),
    facts: factsOf(explanation),
    pictures: { ...packer.pool, answer, architectures: [] },
    sections: [
      { id: 'training', title: 'The training', blocks: trainingBlocks(explanation) },
      { id: 'parts', title: 'The parts of the score', blocks: partBlocks(explanation) },
      { id: 'place', title: 'Among other architectures', blocks: placeBlocks(explanation, others) },
      againSection(explanation),
    ],
  });
}

function paragraphsOf(explanation: Explanation): string[] {
  const { space, dataset, run, trainedBy, proposed, stopped, failure, canonical, genotype, steps } = explanation;
  const source =
    trainedBy === null
      ? `The score of this architecture of ${space} is that of the search ${basename(run ?? '')} on ${dataset}.`
      : `This architecture of ${space} was trained on one batch of ${dataset} for this explanation, with the configuration ${trainedBy}.`;
  const turn = proposed === null ? [] : [`The search proposed it in turn ${proposed.turn} (${proposed.phase}).`];
  const none = run !== null && steps === 0 && failure === null ? ['The search did not evaluate it.'] : [];
  const end = [
    ...(steps > 0 ? [`The training took ${counted(steps, 'step')}.`] : []),
    ...(stopped === null ? [] : [`It was stopped after step ${stopped}, because it could not become good.`]),
    ...(failure === null ? [] : [`It failed: ${failure}`]),
  ];
  const same = canonical === genotype ? [] : [`It computes the same function as ${canonical}, which was trained.`];
  return [[source, ...turn, ...none, ...end, ...same].join(' ')];
}

function factsOf(explanation: Explanation): Fact[] {
  const { loss, threshold, warmup, all, params, flops, benchmark, dataset } = explanation;
  const good = threshold === null || loss === null ? '' : loss < threshold ? 'below it: good' : 'not below it';
  return [
    { label: 'loss', value: significant(loss, 5) },
    ...(threshold === null ? [] : [{ label: 'threshold', value: significant(threshold, 5), note: good }]),
    ...(warmup === null ? [] : [{ label: 'among random ones', value: placeOf(warmup) }]),
    ...(all === null ? [] : [{ label: 'in the search', value: placeOf(all) }]),
    ...(params === null ? [] : [{ label: 'parameters', value: grouped(params) }]),
    ...(flops === null
      ? []
      : [{ label: 'FLOPs', value: `${significant(flops)} million`, note: 'multiply-adds for one image' }]),
    ...(benchmark === null ? [] : benchmarkFacts(benchmark, dataset)),
  ];
}

const placeOf = ({ rank, of }: Standing): string => `${grouped(rank)} of ${grouped(of)} by loss`;

function trainingBlocks({ curve, cka, ckaCurve, steps }: Explanation): Block[] {
  const points = curve.map((loss, step): [number, number | null] => [step, loss]);
  return trainingCharts({ curve: points, cka, ckaCurve, steps }).map((chart, index) => ({
    type: 'chart',
    id: index === 0 && points.length > 1 ? 'curve' : 'cka',
    chart,
    text:
      chart.title === 'CKA of each stage over the steps'
        ? 'How similar each stage is to the same stage of the teacher: 1 is equal up to rotation and scale.'
        : 'Step 0 is the untrained network.',
  }));
}

function partBlocks({ parts, proxies }: Explanation): Block[] {
  return [
    ...(parts.length === 0 ? [] : [partsChart(parts)]),
    ...(proxies.length === 0
      ? []
      : [{ type: 'table' as const, title: 'Proxies of the objective', table: proxyTable(proxies) }]),
  ];
}

function partsChart(parts: Explanation['parts']): Block {
  const written = parts.map(({ name, value, weight }) =>
    name === 'cross entropy'
      ? `${weight.toFixed(2)} × cross entropy ${value.toFixed(4)}`
      : `${weight.toFixed(2)} × (1 − ${value.toFixed(4)}) of ${name.replace('CKA of ', '')}`,
  );
  const chart: PlaneChart = {
    kind: 'plane',
    title: 'What the loss consists of',
    x: { label: 'part', categories: parts.map(({ name }) => name.replace('CKA of ', '')) },
    y: { label: 'share of the loss' },
    series: [
      {
        name: 'share',
        as: 'bars',
        points: parts.map(({ contribution }, x) => ({ x, y: Number(contribution.toPrecision(4)) })),
      },
    ],
  };
  const total = parts.reduce((sum, { contribution }) => sum + contribution, 0);
  return { type: 'chart', id: 'parts', chart, text: `${written.join(' + ')} = ${total.toFixed(4)}` };
}

function proxyTable(proxies: Explanation['proxies']): ReportTable {
  return {
    columns: ['proxy', 'value', 'place, the lowest first'].map((label, index) => ({ label, numeric: index === 1 })),
    rows: proxies.map(({ name, value, standing }) => ({
      cells: [
        name,
        value === null ? 'not finite' : Number(value.toPrecision(5)),
        standing === null ? null : `${standing.rank} of ${standing.of}`,
      ],
    })),
  };
}

function placeBlocks({ loss }: Explanation, others: readonly RecordedEvaluation[]): Block[] {
  const losses = others.flatMap(({ outcome }) => wholeLoss(outcome) ?? []).sort((a, b) => a - b);
  if (loss === null || losses.length === 0) return [];
  const before = losses.filter((other) => other < loss).length;
  const log = (losses[0] ?? 0) > 0 && (losses.at(-1) ?? 0) / (losses[0] ?? 1) > 4;
  const chart: PlaneChart = {
    kind: 'plane',
    title: 'Its loss among the others',
    x: { label: 'place, the lowest loss first' },
    y: { label: 'loss', log },
    series: [
      { name: 'others', as: 'dots', colour: 7, points: losses.map((y, place) => ({ x: place + 1, y })) },
      { name: 'this architecture', as: 'dots', colour: 2, points: [{ x: before + 1, y: loss }] },
    ],
  };
  return [
    {
      type: 'chart',
      id: 'place',
      chart,
      text: `${counted(before, 'architecture')} of ${grouped(losses.length)} have a lower loss.`,
    },
  ];
}

function againSection({ run, genotype, trainedBy }: Explanation): Section {
  const trained = trainedBy === null || run !== null ? '' : ` --cfg ${shellWord(trainedBy)}`;
  const command =
    trainedBy === null
      ? `rminas explain ${shellWord(run ?? '')} ${shellWord(genotype)}`
      : `rminas explain ${shellWord(genotype)}${run === null ? trained : ` --run ${shellWord(run)}`}`;
  const commands = [{ purpose: 'Explain it again', command }];
  return { id: 'setup', title: 'Reproduce it', blocks: [{ type: 'commands', commands }] };
}
