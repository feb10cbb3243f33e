/** The names of the slots of a space and of their categories. */
import { DARTS_EDGES, DARTS_OPERATIONS } from '../../../spaces/darts/cell.js';
import { NB201_EDGES, NB201_OPERATIONS } from '../../../spaces/nas-bench-201/cell.js';
import type { SlotNames, Space } from '../../../spaces/space.js';

export function slotNamesOf(space: Space): SlotNames {
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
      return space.names ?? numbered(space);
  }
}

function same(slots: readonly string[], categories: readonly string[]): SlotNames {
  return { slots, categories: slots.map(() => categories) };
}

function numbered({ slots }: Space): SlotNames {
  return {
    slots: slots.map((_, slot) => `slot ${slot + 1}`),
    categories: slots.map((count) => Array.from({ length: count }, (_, category) => String(category))),
  };
}
