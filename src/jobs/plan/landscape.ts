/** Random losses that stand for those of a search that has not run yet. */
import type { Fit } from '../../protocol/forest.js';
import { createRandom, type Random } from '../../random/random.js';
import type { Encoding, Space } from '../../spaces/space.js';

/** The share of the losses' variance that single slots explain lies between these; the rest is noise. */
const EXPLAINED = { least: 0.3, most: 0.98 };
/** Deviation of the logarithm of the losses, below and above the median: bad losses spread more than good ones. */
const DEVIATION = { below: 0.35, above: 0.8 };
/** The loss of an untrained network, as a multiple of the median loss at the end. */
const START = 3;
/** The loss falls by 1 - 1/e within a share of the steps between these. */
const DECAY = { least: 0.05, most: 0.3 };
/** Bits of a random fraction. */
const FRACTION = 2 ** 30;

/** An architecture in a simulation. */
export interface SimulatedTraining {
  readonly loss: number;
  /** Before each update. */
  readonly curve: readonly number[];
}

/** The losses of all architectures of a space in one simulation. */
export interface Landscape {
  trainingOf(canonical: Encoding): SimulatedTraining;
}

/** A number drawn uniformly from 0 to below 1. */
export function fractionOf(random: Random): number {
  return random.below(FRACTION) / FRACTION;
}

/** @param steps losses of a whole training; the curve is empty for 0 */
export function createLandscape(space: Space, { seed, steps }: { seed: number; steps: number }): Landscape {
  const random = createRandom(seed, 'landscape', 0);
  const share = EXPLAINED.least + (EXPLAINED.most - EXPLAINED.least) * fractionOf(random);
  const effects = space.slots.map((categories) => Array.from({ length: categories }, () => fractionOf(random) - 0.5));
  const variance = effects.reduce((sum, slot) => sum + varianceOf(slot), 0);
  const scale = variance === 0 ? 0 : Math.sqrt(share / variance);
  return {
    trainingOf(canonical) {
      const own = createRandom(seed, `architecture ${canonical.join(',')}`, 0);
      const structure = canonical.reduce((sum, category, slot) => sum + (effects[slot]?.[category] ?? 0), 0);
      const noise = normal(own) * Math.sqrt(1 - share);
      const place = scale * structure + noise;
      const loss = Math.exp(place * (place < 0 ? DEVIATION.below : DEVIATION.above));
      const decay = (DECAY.least + (DECAY.most - DECAY.least) * fractionOf(own)) * steps;
      const above = Math.max(0, START - loss);
      return { loss, curve: Array.from({ length: steps }, (_, step) => loss + above * Math.exp(-step / decay)) };
    },
  };
}

/**
 * Stands for the forest: probabilities by counting how often each category of each slot was good. It takes
 * milliseconds, and finds good architectures about as often as the forest does.
 */
export async function countingSurrogate({ known, good, candidates }: Fit): Promise<number[]> {
  const odds = candidates[0]?.map(() => new Map<number, number>()) ?? [];
  const oddsOf = (slot: number, category: number) => {
    const known_ = odds[slot];
    const found = known_?.get(category);
    if (found !== undefined) return found;
    const [yes, no] = countsOf(known, good, slot, category);
    const value = Math.log((yes + 1) / (no + 1));
    known_?.set(category, value);
    return value;
  };
  return candidates.map((candidate) => {
    const sum = candidate.reduce((total, category, slot) => total + oddsOf(slot, category), 0);
    return 1 / (1 + Math.exp(-sum));
  });
}

function countsOf(known: Fit['known'], good: Fit['good'], slot: number, category: number): [number, number] {
  let yes = 0;
  let no = 0;
  for (const [index, encoding] of known.entries()) {
    if (encoding[slot] !== category) continue;
    if (good[index]) yes += 1;
    else no += 1;
  }
  return [yes, no];
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** A normal deviate, by twelve uniform ones. */
function normal(random: Random): number {
  return Array.from({ length: 12 }, () => fractionOf(random)).reduce((a, b) => a + b, 0) - 6;
}
