/** The report of a retraining: accuracy and loss over the epochs of each seed. */
import type { ChartSeries, PlaneChart } from '../../../charts/chart.js';
import { type RetrainingResult, retrainingResultSchema, type SeedResult } from '../../../jobs/retrain/result.js';
import { type Spread, spreadText } from '../../../statistics/moments.js';
import { jobFolderAt } from '../../../store/folder.js';
import { counted, formatSeconds, grouped } from '../../../system/units.js';
import { significant } from '../numbers.js';
import type { ReportTable, RunReport } from '../schema.js';
import {
  againSection,
  type DrawnSpaces,
  pictureOf,
  plainReport,
  readResultFile,
  unfinishedReport,
} from './job-reports.js';

export interface RetrainingRecords {
  readonly folder: string;
  /** Seeds whose training has ended. */
  readonly trained: number;
  /** Draws the genotype. */
  readonly spaceOf: DrawnSpaces;
}

export function retrainingReport({ folder, trained, spaceOf }: RetrainingRecords): RunReport {
  const result = readResultFile(jobFolderAt(folder).result, retrainingResultSchema);
  if (result === null)
    return unfinishedReport('retraining', folder, [{ label: 'trained seeds', value: grouped(trained) }]);
  const { genotype, seeds, device, rminas, recipe, retrainingDigest } = result;
  return plainReport({
    kind: 'retraining',
    folder,
    headline: genotype,
    caption: `${result.accuracy.mean.toFixed(2)} % test accuracy`,
    paragraphs: [paragraphOf(result), ...result.notes],
    facts: factsOf(result),
    pictures: pictureOf(genotype, spaceOf(result.space)),
    sections: [
      {
        id: 'epochs',
        title: 'The trainings',
        blocks: [
          {
            type: 'chart',
            id: 'accuracy',
            chart: accuracyChart(seeds),
            text: 'On the test images, where it was measured.',
          },
          {
            type: 'chart',
            id: 'loss',
            chart: lossChart(seeds),
            text: 'Mean of the minimised loss over the training images.',
          },
          { type: 'table', title: 'Each seed', table: seedTable(seeds) },
        ],
      },
      againSection(folder, [
        { label: 'rminas', value: rminas },
        { label: 'device', value: device },
        { label: 'recipe', value: recipe },
        { label: 'retraining', value: retrainingDigest, note: 'SHA-256 of what is trained and how' },
      ]),
    ],
  });
}

function factsOf({ accuracy, error, top5, parameters, flops, cost }: RetrainingResult): RunReport['facts'] {
  return [
    { label: 'test accuracy', value: percent(accuracy), note: 'after the last epoch' },
    { label: 'test error', value: percent(error) },
    { label: 'top-5 accuracy', value: percent(top5) },
    { label: 'parameters', value: grouped(parameters) },
    { label: 'FLOPs', value: `${significant(flops)} million`, note: 'multiply-adds for one image' },
    { label: 'time', value: formatSeconds(cost.seconds), note: `${cost.secondsPerEpoch.toFixed(1)} s for each epoch` },
  ];
}

function percent(spread: Spread): string {
  return `${spreadText(spread, 2)} %`;
}

function paragraphOf({ seeds, dataset, space, trainImages, testImages }: RetrainingResult): string {
  const epochs = seeds[0]?.epochs.length ?? 0;
  return (
    `The network of ${space} was trained ${seeds.length === 1 ? 'once' : `${seeds.length} times`} for ${counted(epochs, 'epoch')} on ` +
    `${counted(trainImages, 'image')} of ${dataset}, and tested on ${grouped(testImages)}.`
  );
}

function accuracyChart(seeds: readonly SeedResult[]): PlaneChart {
  const series = linesOf(seeds, ({ accuracy }) => (accuracy === null ? null : 100 * accuracy));
  return { kind: 'plane', title: 'Test accuracy', x: { label: 'epoch' }, y: { label: 'test accuracy, %' }, series };
}

function lossChart(seeds: readonly SeedResult[]): PlaneChart {
  const series = linesOf(seeds, ({ loss }) => loss);
  return { kind: 'plane', title: 'Training loss', x: { label: 'epoch' }, y: { label: 'loss' }, series };
}

function linesOf(
  seeds: readonly SeedResult[],
  of: (epoch: SeedResult['epochs'][number]) => number | null,
): ChartSeries[] {
  return seeds.map(({ seed, epochs }) => ({
    name: `seed ${seed}`,
    as: 'line',
    points: epochs.flatMap((epoch) => {
      const y = of(epoch);
      return y === null ? [] : [{ x: epoch.epoch, y }];
    }),
  }));
}

function seedTable(seeds: readonly SeedResult[]): ReportTable {
  const columns = ['seed', 'accuracy, %', 'top-5, %', 'best epoch', 'accuracy in it, %', 'seconds'];
  return {
    columns: columns.map((label) => ({ label, numeric: true })),
    rows: seeds.map(({ seed, accuracy, top5, best, seconds }) => ({
      cells: [
        seed,
        Number(accuracy.toFixed(2)),
        Number(top5.toFixed(2)),
        best.epoch,
        Number(best.accuracy.toFixed(2)),
        Number(seconds.toFixed(1)),
      ],
    })),
  };
}
