/** The report of a one-shot search: the cell, the architecture parameters, and the training of the supernet. */
import { benchmarkOf } from '../../../benchmarks/benchmark.js';
import { reportedFigures } from '../../../benchmarks/reported.js';
import { shippedBenchmark } from '../../../benchmarks/shipped.js';
import { findInBenchmark } from '../../../benchmarks/source.js';
import type { ChartSeries, PlaneChart } from '../../../charts/chart.js';
import { shellWord } from '../../../installation/paths.js';
import { epochsIn, type OneShotJournal } from '../../../jobs/one-shot/journal.js';
import { type OneShotResult, oneShotResultSchema } from '../../../jobs/one-shot/result.js';
import { counted, formatSeconds, grouped } from '../../../system/units.js';
import { benchmarkFacts } from '../benchmark-facts.js';
import { significant } from '../numbers.js';
import type { Block, ReportTable, RunReport, Section } from '../schema.js';
import { parameterBlocks } from './architecture-parameters.js';
import {
  againSection,
  type DrawnSpaces,
  pictureOf,
  plainReport,
  readResultFile,
  unfinishedReport,
} from './job-reports.js';

type Epoch = OneShotResult['epochs'][number];

/** @param spaceOf draws the genotype */
export async function oneShotReport(job: OneShotJournal, spaceOf: DrawnSpaces): Promise<RunReport> {
  const { path, result: file } = job.folder;
  const result = readResultFile(file, oneShotResultSchema);
  if (result === null) {
    const { done, total } = epochsIn(job);
    const value = total === null ? grouped(done) : `${grouped(done)} of ${grouped(total)}`;
    return unfinishedReport('one-shot', path, [{ label: 'epochs', value }]);
  }
  const { method, space, genotype, alpha, operations, notes } = result;
  return plainReport({
    kind: 'one-shot',
    folder: path,
    headline: genotype,
    caption: `Found by ${method} in ${space}`,
    paragraphs: [paragraphOf(result), ...notes],
    facts: factsOf(result),
    pictures: pictureOf(genotype, spaceOf(space)),
    sections: [
      {
        id: 'why',
        title: 'Why this one',
        blocks: alpha === null ? [] : parameterBlocks({ space, genotype, alpha, operations }),
      },
      { id: 'epochs', title: 'The training of the supernet', blocks: await epochBlocks(result) },
      setupSection(job, result),
    ],
  });
}

function factsOf({ benchmark, dataset, parameters, oneShot, cost }: OneShotResult): RunReport['facts'] {
  const { channels, cells } = oneShot.network;
  return [
    ...(benchmark.answer === null ? [] : benchmarkFacts(benchmark.answer, dataset)),
    {
      label: 'parameters of the supernet',
      value: grouped(parameters),
      note: `${counted(channels, 'channel')}, ${counted(cells, 'cell')}`,
    },
    {
      label: 'multiply-adds',
      value: `${significant(cost.multiplyAdds / 1e9, 3)} billion`,
      note: 'a training step counts as three forward passes',
    },
    { label: 'time', value: formatSeconds(cost.seconds), note: counted(cost.sessions, 'session') },
    ...(cost.paths === 0
      ? []
      : [{ label: 'compared paths', value: grouped(cost.paths), note: formatSeconds(cost.judgingSeconds) }]),
  ];
}

function paragraphOf(result: OneShotResult): string {
  const { method, source, space, dataset, epochs, trainImages, validationImages, cost } = result;
  const answer =
    cost.paths === 0
      ? 'The answer is read from its architecture parameters.'
      : 'The answer is the path with the best validation accuracy among the compared ones.';
  return (
    `${method} trained a supernet of ${space} for ${counted(epochs.length, 'epoch')} on ` +
    `${counted(trainImages, 'image')} of ${dataset}, with ${grouped(validationImages)} for validation. ${answer} ` +
    `The method is that of ${source}.`
  );
}

async function epochBlocks(result: OneShotResult): Promise<Block[]> {
  const { epochs } = result;
  const accuracies = await accuracySeries(result);
  const lines: Block[] = [
    {
      type: 'chart',
      id: 'loss',
      chart: lineChart('Training loss', 'loss', [seriesOf(epochs, 'loss', ({ loss }) => loss)]),
      text: 'Mean of the loss over the training images of each epoch.',
    },
    {
      type: 'chart',
      id: 'multiply-adds',
      chart: lineChart('Multiply-adds of each epoch', 'billions of multiply-adds', [
        seriesOf(epochs, 'multiply-adds', ({ multiplyAdds }) => multiplyAdds / 1e9),
      ]),
      text: 'A training step counts as three forward passes.',
    },
    {
      type: 'chart',
      id: 'seconds',
      chart: lineChart('Seconds of each epoch', 'seconds', [seriesOf(epochs, 'seconds', ({ seconds }) => seconds)]),
      text: 'Wall-clock time.',
    },
  ];
  if (accuracies.length > 0) {
    lines.splice(1, 0, {
      type: 'chart',
      id: 'accuracy',
      chart: lineChart('Accuracy of the architecture after each epoch', 'accuracy in the benchmark, %', accuracies),
      text: 'The benchmark trained each architecture alone. The search does not read these accuracies.',
    });
  }
  return [...lines, { type: 'table', title: 'Each epoch', table: epochTable(epochs) }];
}

/** The accuracies of the epochs' architectures in the table that ships with rminas; empty without one. */
async function accuracySeries({ space, epochs }: OneShotResult): Promise<ChartSeries[]> {
  const benchmark = benchmarkOf(space);
  const source = benchmark && shippedBenchmark(benchmark);
  if (source === undefined) return [];
  const series = new Map<string, ChartSeries>();
  for (const { epoch, genotype } of epochs) {
    if (genotype === null) continue;
    const answer = await findInBenchmark(source, genotype);
    for (const { dataset, accuracy } of reportedFigures(answer?.figures ?? [])) {
      const one = series.get(dataset) ?? { name: dataset, as: 'line', points: [] };
      one.points.push({ x: epoch, y: accuracy, label: genotype });
      series.set(dataset, one);
    }
  }
  return [...series.values()];
}

function lineChart(title: string, label: string, series: ChartSeries[]): PlaneChart {
  return { kind: 'plane', title, x: { label: 'epoch' }, y: { label }, series };
}

function seriesOf(epochs: readonly Epoch[], name: string, of: (epoch: Epoch) => number): ChartSeries {
  return { name, as: 'line', points: epochs.map((epoch) => ({ x: epoch.epoch, y: of(epoch) })) };
}

function epochTable(epochs: readonly Epoch[]): ReportTable {
  const labels = ['epoch', 'learning rate', 'loss', '10⁹ multiply-adds', 'seconds'];
  return {
    columns: [
      ...labels.map((label) => ({ label, numeric: true })),
      { label: 'architecture after the epoch', numeric: false },
    ],
    rows: epochs.map(({ epoch, learningRate, loss, multiplyAdds, seconds, genotype }) => ({
      cells: [
        epoch,
        Number(learningRate.toPrecision(3)),
        Number(loss.toPrecision(5)),
        Number((multiplyAdds / 1e9).toPrecision(4)),
        Number(seconds.toFixed(1)),
        genotype,
      ],
    })),
  };
}

function setupSection({ folder: { path, config }, header }: OneShotJournal, result: OneShotResult): Section {
  const data = header.data === null ? '' : ` --data ${shellWord(header.data)}`;
  const search = { purpose: 'Search again', command: `rminas one-shot --cfg ${shellWord(config)}${data}` };
  const facts = [
    { label: 'rminas', value: result.rminas },
    { label: 'device', value: result.device },
    { label: 'seed', value: String(result.seed) },
    { label: 'search', value: result.oneShotDigest, note: 'SHA-256 of the method, the supernet and the recipe' },
  ];
  const section = againSection(path, facts, [search]);
  const columns = ['key', 'value'].map((label) => ({ label, numeric: false }));
  const rows = Object.entries(header.settings).map(([key, value]) => ({ cells: [key, JSON.stringify(value)] }));
  const settings: Block = { type: 'table', title: 'Settings that decide the result', table: { columns, rows } };
  return { ...section, blocks: [...section.blocks, settings] };
}
