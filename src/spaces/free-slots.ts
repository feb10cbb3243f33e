import type { Encoding, Space } from './space.js';

/** The common part of spaces in which every slot may hold any of its categories, independently of the other slots. */
export function freeSlots(
  slots: readonly number[],
): Pick<Space, 'slots' | 'sample' | 'conditionalWeights' | 'neighbours'> {
  return {
    slots,
    sample: (random) => slots.map((categories) => random.below(categories)),
    conditionalWeights: (before) => new Array<number>(slots[before.length] ?? 0).fill(1),
    neighbours: (encoding) => slots.flatMap((categories, slot) => changedSlot(encoding, slot, 0, categories)),
  };
}

/** The encodings with another category in a slot, out of the categories from `first` to before `end`. */
export function changedSlot(encoding: Encoding, slot: number, first: number, end: number): Encoding[] {
  return Array.from({ length: end - first }, (_, index) => first + index)
    .filter((category) => category !== encoding[slot])
    .map((category) => encoding.with(slot, category));
}
