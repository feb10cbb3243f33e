import type { BlockRows } from '../../definitions/graph.js';

/** The choices of an architecture, one row for each slot. @param genotype `width=16,depth=2` or any other text */
export function slotGraphs(genotype: string): readonly BlockRows[] {
  const pairs = genotype.split(',').map((part) => part.split('='));
  const isSlots = pairs.every((pair) => pair.length === 2);
  const choices = isSlots ? pairs : [['genotype', genotype]];
  const rows = choices.map(([label = '', name = '']) => ({
    label,
    blocks: [{ name, label: name, family: 'choice' as const }],
  }));
  return [{ form: 'rows', title: 'Choices', connected: false, rows }];
}
