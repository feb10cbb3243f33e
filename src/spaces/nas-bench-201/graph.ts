import type { CellGraph, DrawnNode } from '../../definitions/graph.js';
import { drawnOperation } from '../operations.js';
import { NB201_EDGES, NB201_OPERATIONS } from './cell.js';
import { parseNb201Cell } from './text.js';

const NODES: readonly DrawnNode[] = [
  { label: '0', kind: 'input' },
  { label: '1', kind: 'inner' },
  { label: '2', kind: 'inner' },
  { label: '3', kind: 'output' },
];

/** The cell with its four nodes. Each node sums its edges. */
export function nb201Graphs(genotype: string): readonly CellGraph[] {
  const encoding = parseNb201Cell(genotype);
  const edges = NB201_EDGES.map(({ from, to }, slot) => ({
    from,
    to,
    operation: drawnOperation(NB201_OPERATIONS[encoding[slot] ?? 0] ?? 'none'),
  }));
  return [{ form: 'cell', title: 'Cell', nodes: NODES, edges }];
}
