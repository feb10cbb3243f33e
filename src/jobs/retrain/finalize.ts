import type { Training } from '../../protocol/retraining.js';
import { filesOf, writeJobFile } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import { checkpointOf, type RetrainingStore } from './journal.js';
import type { PlannedRetraining } from './plan.js';
import { type RetrainingResult, type SeedResult, seedResult, summarise } from './result.js';

/** Gathers the trainings into the result, and writes result.json. */
export function finalizeRetraining(options: {
  readonly planned: PlannedRetraining;
  readonly device: string;
  readonly store: RetrainingStore;
  /** One a seed, in their order. */
  readonly trainings: readonly [Training, ...Training[]];
}): RetrainingResult {
  const { planned, device, store, trainings } = options;
  const { plan } = planned;
  const seeds = trainings.map((training, index) => seedResult(Number(planned.seeds[index]), training));
  const [{ parameters, flops, trainImages, testImages, notes }] = trainings;
  const result: RetrainingResult = {
    schema: 1,
    rminas: VERSION,
    space: plan.retraining.space,
    dataset: plan.retraining.dataset,
    genotype: plan.retraining.genotype,
    recipe: plan.recipe,
    retraining: plan.retraining,
    retrainingDigest: planned.digest,
    device,
    ...summarise(seeds),
    seeds,
    parameters,
    flops,
    trainImages,
    testImages,
    cost: costOf(seeds, store),
    files: {
      ...filesOf(store.folder),
      checkpoints: planned.seeds.map((seed) => checkpointOf(store, seed)),
    },
    notes: [...plan.notices, ...notes],
  };
  writeJobFile(store.folder.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

function costOf(seeds: readonly SeedResult[], store: RetrainingStore): RetrainingResult['cost'] {
  const trainingSeconds = seeds.reduce((total, { seconds }) => total + seconds, 0);
  const epochs = seeds.reduce((total, seed) => total + seed.epochs.length, 0);
  return {
    seconds: store.seconds,
    trainingSeconds,
    secondsPerEpoch: trainingSeconds / epochs,
    sessions: store.sessions,
  };
}
