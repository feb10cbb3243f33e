import pc from 'picocolors';
import type { RetrainingResult, SeedResult } from '../../jobs/retrain/result.js';
import { type Spread, spreadText } from '../../statistics/moments.js';
import { counted, formatSeconds, grouped } from '../units.js';
import { type LabelledValue, listOf } from './layout.js';
import { reportRow } from './search.js';

/** The summary of a finished retraining. */
export function describeRetraining(result: RetrainingResult): string {
  const { accuracy, error, top5, seeds, cost, files } = result;
  const over = seeds.length > 1 ? `  mean ± deviation over ${seeds.length} seeds` : '';
  const rows: LabelledValue[] = [
    ['architecture', pc.bold(result.genotype)],
    ['trained', describeRecipe(result)],
    ['test accuracy', `${pc.bold(describeSpread(accuracy))}${over}`],
    ['test error', describeSpread(error)],
    ['top-5 accuracy', describeSpread(top5)],
    ...seeds.map((seed): LabelledValue => [`  seed ${seed.seed}`, describeSeed(seed)]),
    ['network', `${(result.parameters / 1e6).toFixed(3)} M parameters, ${result.flops.toFixed(2)} M FLOPs`],
    [
      'cost',
      `${formatSeconds(cost.seconds)}, ${cost.secondsPerEpoch.toFixed(2)} s per epoch${sessions(cost.sessions)}`,
    ],
    ['files', files.folder],
    reportRow(files.folder),
    ...result.notes.map((text): LabelledValue => ['note', text]),
  ];
  return listOf(rows);
}

function describeRecipe({ space, dataset, recipe, retraining, trainImages, testImages, device }: RetrainingResult) {
  const { epochs, batchSize } = retraining.recipe;
  return (
    `${space} on ${dataset}, recipe ${recipe}: ${counted(epochs, 'epoch')}, batches of ${batchSize}, ` +
    `${grouped(trainImages)} training and ${grouped(testImages)} test images, ${device}`
  );
}

function describeSpread(spread: Spread): string {
  return `${spreadText(spread, 2)} %`;
}

/** Reports the last epoch. The best epoch is shown apart, because the test images chose it. */
function describeSeed({ accuracy, best }: SeedResult): string {
  const chosen = best.accuracy > accuracy ? `  (best ${best.accuracy.toFixed(2)} % in epoch ${best.epoch})` : '';
  return `${accuracy.toFixed(2)} %${chosen}`;
}

function sessions(count: number): string {
  return count > 1 ? `, ${count} sessions` : '';
}
