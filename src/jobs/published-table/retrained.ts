/** Retrainings of the published genotypes of the DARTS space, all by one recipe. */
import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../../errors.js';
import { relaxedText } from '../../spaces/darts/relaxed.js';
import { spreadOf } from '../../statistics/moments.js';
import type { RetrainingResult, SeedResult } from '../retrain/result.js';
import type { DartsTable, Retrained } from './result.js';

/** The backward pass is twice the forward pass. */
const PASSES_OF_UPDATE = 3;

/** The retraining of a genotype; null if none of them is. */
export function retrainedOf(retrainings: readonly RetrainingResult[], genotype: string): Retrained | null {
  const wanted = relaxedText(genotype);
  const found = retrainings.find((one) => isOnDarts(one) && relaxedText(one.genotype) === wanted);
  if (found === undefined) return null;
  const { seeds, error, parameters } = found;
  return {
    seeds: seeds.map(({ seed }) => seed),
    ...{ error, parameters },
    seconds: spreadOf(seeds.map(({ seconds }) => seconds)),
    multiplyAdds: spreadOf(seeds.map((each) => multiplyAddsOf(each, found))),
  };
}

function multiplyAddsOf({ epochs }: SeedResult, { flops, trainImages, testImages }: RetrainingResult): number {
  const measurements = epochs.filter(({ accuracy }) => accuracy !== null).length;
  return flops * 1e6 * (PASSES_OF_UPDATE * epochs.length * trainImages + measurements * testImages);
}

/**
 * The recipe of all retrainings; null without any.
 * @throws UsageError `different-recipes` when two of them differ in more than the genotype
 */
export function recipeOf(retrainings: readonly RetrainingResult[]): DartsTable['recipe'] {
  const [first, ...others] = retrainings.filter(isOnDarts);
  if (first === undefined) return null;
  const different = others.find((one) => !isDeepStrictEqual(comparable(one), comparable(first)));
  if (different !== undefined) {
    throw new UsageError(`${first.files.folder} and ${different.files.folder} were retrained by different recipes.`, {
      code: 'different-recipes',
      nextSteps: ['Name folders of one recipe: rminas table darts --retrain makes them.'],
    });
  }
  const { network, recipe, dataset } = first.retraining;
  const { channels, cells } = network;
  return {
    dataset,
    channels,
    cells,
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    trainImages: first.trainImages,
  };
}

function isOnDarts({ space }: RetrainingResult): boolean {
  return space === 'darts';
}

function comparable({ retraining, trainImages }: RetrainingResult): object {
  return { ...retraining, genotype: '', trainImages };
}
