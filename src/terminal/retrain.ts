import pc from 'picocolors';
import { createRetrainingDescriber, type RetrainingEvent } from '../jobs/retrain/events.js';
import type { RetrainingResult, SeedResult } from '../jobs/retrain/result.js';
import type { Spread } from '../statistics/moments.js';
import { liveLine } from './live-line.js';
import { formatSeconds } from './progress.js';
import { type Row, table } from './summary.js';

/** Shows a retraining's events while it goes on. */
export interface RetrainingReporter {
  show(event: RetrainingEvent): void;
  /** Leaves the terminal as it was. */
  clear(): void;
}

/** A line an epoch, and on a terminal a live one of what is going on beneath them. */
export function createRetrainingReporter(stream: NodeJS.WriteStream): RetrainingReporter {
  const describe = createRetrainingDescriber();
  const live = liveLine(stream);
  const going = new Map<number, string>();
  return {
    show(event) {
      const text = describe(event);
      live.clear();
      if (text !== null) stream.write(`${text}\n`);
      if (event.type === 'training')
        going.set(event.seed, `seed ${event.seed} ${event.done.toFixed(2)}/${event.total}`);
      if (event.type === 'trained') going.delete(event.seed);
      if (going.size > 0) live.write(`epochs: ${[...going.values()].join(' · ')}`);
    },
    clear: live.clear,
  };
}

/** The table that a retraining ends with. */
export function describeRetraining(result: RetrainingResult): string {
  const { accuracy, error, top5, seeds, cost, files } = result;
  const over = seeds.length > 1 ? `  mean ± deviation over ${seeds.length} seeds` : '';
  const rows: Row[] = [
    ['architecture', pc.bold(result.genotype)],
    ['trained', describeRecipe(result)],
    ['test accuracy', `${pc.bold(describeSpread(accuracy))}${over}`],
    ['test error', describeSpread(error)],
    ['top-5 accuracy', describeSpread(top5)],
    ...seeds.map((seed): Row => [`  seed ${seed.seed}`, describeSeed(seed)]),
    ['network', `${(result.parameters / 1e6).toFixed(3)} M parameters, ${result.flops.toFixed(2)} M FLOPs`],
    ['cost', `${formatSeconds(cost.seconds)}, ${cost.secondsPerEpoch.toFixed(2)} s an epoch${sessions(cost.sessions)}`],
    ['files', files.folder],
    ...result.notes.map((text): Row => ['note', text]),
  ];
  return table(rows);
}

function describeRecipe({ space, dataset, recipe, retraining, trainImages, testImages, device }: RetrainingResult) {
  const { epochs, batchSize } = retraining.recipe;
  return (
    `${space} on ${dataset}, recipe ${recipe}: ${epochs} epochs, batches of ${batchSize}, ` +
    `${trainImages} training and ${testImages} test images, ${device}`
  );
}

function describeSpread({ mean, deviation }: Spread): string {
  return deviation === null ? `${mean.toFixed(2)} %` : `${mean.toFixed(2)} ± ${deviation.toFixed(2)} %`;
}

/** The last epoch is what is reported; the best one was chosen on the test images. */
function describeSeed({ accuracy, best }: SeedResult): string {
  const chosen = best.accuracy > accuracy ? `  (best ${best.accuracy.toFixed(2)} % in epoch ${best.epoch})` : '';
  return `${accuracy.toFixed(2)} %${chosen}`;
}

function sessions(count: number): string {
  return count > 1 ? `, ${count} sessions` : '';
}
