/** How sure the answer of a model is, slot by slot. */
import type { SearchResult } from '../../../jobs/search/result.js';
import type { Encoding, SlotNames, Space } from '../../../spaces/space.js';
import { grouped } from '../../../system/units.js';
import type { Block } from '../schema.js';

/** The canonical form of the answer, since resamples were compared with it. */
export function confidenceTable(
  { slots, resamples }: NonNullable<SearchResult['confidence']>,
  { space, names, answer }: { readonly space: Space; readonly names: SlotNames; readonly answer: Encoding },
): Block {
  const chosen = space.canonical(answer);
  const columns = ['slot', 'choice', 'same in resamples, %'];
  return {
    type: 'table',
    title: `How sure the choice of each slot is, by ${grouped(resamples)} resampled histories`,
    table: {
      columns: columns.map((label, index) => ({ label, numeric: index === 2 })),
      rows: names.slots.map((name, slot) => ({
        cells: [name, names.categories[slot]?.[chosen[slot] ?? 0] ?? '', Number((100 * (slots[slot] ?? 0)).toFixed(1))],
      })),
    },
  };
}
