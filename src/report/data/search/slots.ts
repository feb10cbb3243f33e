/** The names of the slots of a space and of their categories. */
import { DARTS_EDGES, DARTS_OPERATIONS } from '../../../spaces/darts/cell.js';
import { NB201_EDGES, NB201_OPERATIONS } from '../../../spaces/nas-bench-201/cell.js';
import type { Encoding, Space } from '../../../spaces/space.js';

export interface SlotNames {
  readonly slots: readonly string[];
  /** The names of each slot's categories. */
  readonly categories: readonly (readonly string[])[];
}

export function slotNamesOf(space: Space, known: readonly Encoding[]): SlotNames {
  switch (space.name) {
    case 'nas-bench-201':
      return same(
        NB201_EDGES.map(({ from, to }) => `edge ${from} → ${to}`),
        NB201_OPERATIONS,
      );
    case 'darts':
      return same(
        DARTS_EDGES.map(({ from, to }) => `edge ${from} → ${to}`),
        [...DARTS_OPERATIONS, 'no edge'],
      );
    case 'nas-bench-macro':
      return same(
        space.slots.map((_, slot) => `layer ${slot + 1}`),
        ['identity', 'kernel 3, expansion 3', 'kernel 5, expansion 6'],
      );
    default:
      return writtenNames(space, known);
  }
}

function same(slots: readonly string[], categories: readonly string[]): SlotNames {
  return { slots, categories: slots.map(() => categories) };
}

/** Names as `slot=choice` texts have them; numbers where the space writes its genotypes in another way. */
function writtenNames(space: Space, known: readonly Encoding[]): SlotNames {
  const slots = space.slots.map((_, slot) => `slot ${slot + 1}`);
  const categories = space.slots.map((count) => Array.from({ length: count }, (_, category) => String(category)));
  for (const encoding of known) {
    const pairs = space
      .print(encoding)
      .split(',')
      .map((part) => part.split('='));
    if (pairs.length !== encoding.length || pairs.some((pair) => pair.length !== 2)) continue;
    for (const [slot, [name = '', choice = '']] of pairs.entries()) {
      slots[slot] = name;
      const names = categories[slot];
      const category = encoding[slot];
      if (names !== undefined && category !== undefined) names[category] = choice;
    }
  }
  return { slots, categories };
}
