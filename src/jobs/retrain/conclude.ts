import type { Training } from '../../protocol/retraining.js';
import { filesOf, writeRunFile } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import { secondsOf, sessionsOf } from '../search/record.js';
import type { RetrainingDesk } from './desk.js';
import type { OpenRetraining } from './open.js';
import { type RetrainingResult, type SeedResult, seedResult, summarise } from './result.js';

/** Gathers the trainings into the result, and writes it down. */
export function conclude(parts: {
  readonly open: OpenRetraining;
  readonly device: string;
  readonly desk: RetrainingDesk;
  /** One a seed, in their order. */
  readonly trainings: readonly [Training, ...Training[]];
}): RetrainingResult {
  const { open, device, desk, trainings } = parts;
  const { plan } = open;
  const seeds = trainings.map((training, index) => seedResult(Number(open.seeds[index]), training));
  const [{ parameters, flops, trainImages, testImages, notes }] = trainings;
  const result: RetrainingResult = {
    schema: 1,
    rminas: VERSION,
    space: plan.retraining.space,
    dataset: plan.retraining.dataset,
    genotype: plan.retraining.genotype,
    recipe: plan.recipe,
    retraining: plan.retraining,
    retrainingDigest: open.digest,
    device,
    ...summarise(seeds),
    seeds,
    parameters,
    flops,
    trainImages,
    testImages,
    cost: costOf(seeds, desk),
    files: {
      ...filesOf(desk.folder),
      checkpoints: open.seeds.map(desk.checkpointOf),
    },
    notes: [...plan.notices, ...notes],
  };
  writeRunFile(desk.folder.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

function costOf(seeds: readonly SeedResult[], desk: RetrainingDesk): RetrainingResult['cost'] {
  const trainingSeconds = seeds.reduce((total, { seconds }) => total + seconds, 0);
  const epochs = seeds.reduce((total, seed) => total + seed.epochs.length, 0);
  return {
    seconds: secondsOf(desk.lines),
    trainingSeconds,
    secondsPerEpoch: trainingSeconds / epochs,
    sessions: sessionsOf(desk.lines),
  };
}
