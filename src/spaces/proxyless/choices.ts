import { changedSlot } from '../free-slots.js';
import type { Encoding } from '../space.js';
import { BLOCK_PARTS, BLOCKS, type BlockPlace, NUMBERS, ROOM, reaches } from './layout.js';

/** As {@link Space.conditionalWeights}: every depth of a stage is equally likely, and so is all that a block can be. */
export function networkWeights(before: Encoding): readonly number[] {
  const slot = before.length;
  const numbers = NUMBERS[slot] ?? [];
  const block = blockOf(slot);
  if (block === undefined) return numbers.map(() => 1);
  const there = Number(reaches(before[block.stage], block.place));
  return numbers.map((_, category) => (category === 0 ? 1 - there : there));
}

/**
 * As {@link Space.neighbours}: another kernel size or expansion of a block, the last block of a stage left out, or one
 * more behind it, whatever that is.
 */
export function networkNeighbours(encoding: Encoding): Encoding[] {
  const changed = BLOCK_PARTS.flatMap(({ first, numbers }) =>
    BLOCKS.filter(({ stage, place }) => reaches(encoding[stage], place)).flatMap(({ index }) =>
      changedSlot(encoding, first + index, 1, numbers.length),
    ),
  );
  return [...changed, ...BLOCKS.flatMap((block) => neighboursInDepth(encoding, block))];
}

/** Without the block where it is its stage's last, and with it where it would be. */
function neighboursInDepth(encoding: Encoding, { stage, place, index }: BlockPlace): Encoding[] {
  const depth = encoding[stage] ?? 0;
  const without = (slots: Encoding) => BLOCK_PARTS.reduce((left, { first }) => left.with(first + index, 0), [...slots]);
  if (place === depth) return place === 0 ? [] : [without(encoding.with(stage, depth - 1))];
  if (place !== depth + 1) return [];
  return BLOCK_PARTS.reduce<Encoding[]>(
    (grown, { first, numbers }) => grown.flatMap((each) => changedSlot(each, first + index, 1, numbers.length)),
    [encoding.with(stage, place)],
  );
}

/** The block that a slot says something about; undefined for the depth of a stage. */
function blockOf(slot: number): BlockPlace | undefined {
  return slot < ROOM.length ? undefined : BLOCKS[(slot - ROOM.length) % BLOCKS.length];
}
