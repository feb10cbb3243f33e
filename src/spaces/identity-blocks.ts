import type { Encoding } from './space.js';

/**
 * Moves idle blocks, which hand on what they are given, behind the others of their stage. Where they stand among
 * blocks that keep the shape changes neither the function nor the parameters.
 * @param stages slots of blocks in a row that keep the shape, the features being taken outside of the row.
 */
export function identityLast(encoding: Encoding, stages: readonly (readonly number[])[], idle: number): Encoding {
  const moved = [...encoding];
  for (const slots of stages) {
    const blocks = slots.map((slot) => encoding[slot] ?? idle);
    const busy = blocks.filter((block) => block !== idle);
    for (const [position, slot] of slots.entries()) moved[slot] = busy[position] ?? idle;
  }
  return moved;
}
