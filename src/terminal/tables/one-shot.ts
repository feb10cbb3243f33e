import pc from 'picocolors';
import type { OneShotResult } from '../../jobs/one-shot/result.js';
import { counted, formatSeconds } from '../units.js';
import { type LabelledValue, listOf } from './layout.js';
import { benchmarkRows, reportRow } from './search.js';

/** The summary of a finished one-shot search. */
export function describeOneShot(result: OneShotResult): string {
  const { genotype, benchmark, dataset, parameters, oneShot, files, notes } = result;
  const { channels, cells } = oneShot.network;
  const rows: LabelledValue[] = [
    ['architecture', pc.bold(genotype)],
    ['found by', describeMethod(result)],
    ...benchmarkRows(benchmark, dataset),
    [
      'supernet',
      `${(parameters / 1e6).toFixed(3)} M parameters, ${counted(channels, 'channel')}, ${counted(cells, 'cell')}`,
    ],
    ['cost', describeCost(result)],
    ['files', files.folder],
    reportRow(files.folder),
    ...notes.map((text): LabelledValue => ['note', text]),
  ];
  return listOf(rows);
}

function describeMethod({
  method,
  space,
  dataset,
  oneShot,
  trainImages,
  validationImages,
  device,
}: OneShotResult): string {
  const { epochs, batchSize } = oneShot.recipe;
  return (
    `${method} in ${space} on ${dataset}: ${counted(epochs, 'epoch')}, batches of ${batchSize}, ` +
    `${trainImages} training and ${validationImages} validation images, ${device}`
  );
}

function describeCost({ cost }: OneShotResult): string {
  const compared = cost.paths > 0 ? `, ${counted(cost.paths, 'path')} compared` : '';
  const sessions = cost.sessions > 1 ? `, ${counted(cost.sessions, 'session')}` : '';
  return `${formatSeconds(cost.seconds)}, ${(cost.multiplyAdds / 1e12).toPrecision(3)} × 10¹² multiply-adds${compared}${sessions}`;
}
