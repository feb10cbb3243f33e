/** Tools for canonical forms. */
import type { Encoding } from './space.js';

/** Every order of the items. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

/**
 * Moves identity blocks, which pass their input on unchanged, behind the other blocks of their stage. Among blocks
 * that keep the shape, the position of an identity changes neither the function nor the parameters.
 * @param stages the slots of each row of shape-keeping blocks; features must be taken outside of the row
 * @param identity the category of an identity block
 */
export function identityLast(encoding: Encoding, stages: readonly (readonly number[])[], identity: number): Encoding {
  const moved = [...encoding];
  for (const slots of stages) {
    const blocks = slots.map((slot) => encoding[slot] ?? identity);
    const others = blocks.filter((block) => block !== identity);
    for (const [position, slot] of slots.entries()) moved[slot] = others[position] ?? identity;
  }
  return moved;
}
