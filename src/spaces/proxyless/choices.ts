import { changedSlot } from '../free-slots.js';
import type { Encoding } from '../space.js';
import { BLOCK_SECTIONS, BLOCKS, type BlockPlace, NUMBERS, ROOM, reaches } from './layout.js';

/** See {@link Space.conditionalWeights}. Every depth of a stage is equally likely, and so is every kind of block. */
export function networkWeights(before: Encoding): readonly number[] {
  const slot = before.length;
  const numbers = NUMBERS[slot] ?? [];
  const block = blockOf(slot);
  if (block === undefined) return numbers.map(() => 1);
  const there = Number(reaches(before[block.stage], block.place));
  return numbers.map((_, category) => (category === 0 ? 1 - there : there));
}

/**
 * See {@link Space.neighbours}. A block gets another kernel size or expansion, or a stage loses its last block or gets
 * one more block of any kind.
 */
export function networkNeighbours(encoding: Encoding): Encoding[] {
  const changed = BLOCK_SECTIONS.flatMap(({ first, numbers }) =>
    BLOCKS.filter(({ stage, place }) => reaches(encoding[stage], place)).flatMap(({ index }) =>
      changedSlot(encoding, first + index, 1, numbers.length),
    ),
  );
  return [...changed, ...BLOCKS.flatMap((block) => neighboursInDepth(encoding, block))];
}

/** The genotypes without the block if it is the last of its stage, and with it if it would be the next. */
function neighboursInDepth(encoding: Encoding, { stage, place, index }: BlockPlace): Encoding[] {
  const depth = encoding[stage] ?? 0;
  const without = (slots: Encoding) =>
    BLOCK_SECTIONS.reduce((left, { first }) => left.with(first + index, 0), [...slots]);
  if (place === depth) return place === 0 ? [] : [without(encoding.with(stage, depth - 1))];
  if (place !== depth + 1) return [];
  return BLOCK_SECTIONS.reduce<Encoding[]>(
    (grown, { first, numbers }) => grown.flatMap((each) => changedSlot(each, first + index, 1, numbers.length)),
    [encoding.with(stage, place)],
  );
}

/** The block that a slot describes; undefined for the depth of a stage. */
function blockOf(slot: number): BlockPlace | undefined {
  return slot < ROOM.length ? undefined : BLOCKS[(slot - ROOM.length) % BLOCKS.length];
}
