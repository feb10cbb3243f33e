/** How much each slot matters to the forest that proposed the architectures. */
import type { SlotNames } from '../../../spaces/space.js';
import type { Block } from '../schema.js';

/** @param importances a share per slot, 0 to 1 */
export function importanceBlock(importances: readonly number[], { slots }: SlotNames): Block {
  const points = importances.map((share, x) => ({ x, y: Number((100 * share).toFixed(2)) }));
  return {
    type: 'chart',
    id: 'forest',
    chart: {
      kind: 'plane',
      title: 'How much each slot matters to the forest',
      x: { label: 'slot', categories: [...slots] },
      y: { label: 'share of the importance, %' },
      series: [{ name: 'importance', as: 'bars', points }],
    },
    text:
      'The forest tells good architectures from others. The importance of a slot is its share of the decrease in ' +
      'impurity, in a forest fitted to the whole search.',
  };
}
