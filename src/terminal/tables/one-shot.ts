import pc from 'picocolors';
import type { OneShotResult } from '../../jobs/one-shot/result.js';
import { formatSeconds } from '../units.js';
import { type LabelledValue, listOf } from './layout.js';
import { benchmarkRows } from './search.js';

/** The summary of a finished one-shot search. */
export function describeOneShot(result: OneShotResult): string {
  const { genotype, benchmark, dataset, parameters, oneShot, files, notes } = result;
  const { channels, cells } = oneShot.network;
  const rows: LabelledValue[] = [
    ['architecture', pc.bold(genotype)],
    ['found by', describeMethod(result)],
    ...benchmarkRows(benchmark, dataset),
    ['supernet', `${(parameters / 1e6).toFixed(3)} M parameters, ${channels} channels, ${cells} cells`],
    ['cost', describeCost(result)],
    ['files', files.folder],
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
    `${method} in ${space} on ${dataset}: ${epochs} epochs, batches of ${batchSize}, ` +
    `${trainImages} training and ${validationImages} validation images, ${device}`
  );
}

function describeCost({ cost }: OneShotResult): string {
  const compared = cost.paths > 0 ? `, ${cost.paths} paths compared` : '';
  const sessions = cost.sessions > 1 ? `, ${cost.sessions} sessions` : '';
  return `${formatSeconds(cost.seconds)}, ${(cost.multiplyAdds / 1e12).toPrecision(3)} × 10¹² multiply-adds${compared}${sessions}`;
}
