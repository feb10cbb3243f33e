import type { CellGraph, DrawnEdge } from '../../definitions/graph.js';
import { drawnOperation } from '../operations.js';
import { type DartsCell, readDartsCells } from './text.js';

/** The normal and the reduction cell, or one cell that serves as both. */
export function dartsGraphs(genotype: string): readonly CellGraph[] {
  const { normal, reduce } = readDartsCells(genotype);
  const [one, other] = [graphOf('Normal cell', normal), graphOf('Reduction cell', reduce)];
  const isOne = JSON.stringify({ ...one, title: '' }) === JSON.stringify({ ...other, title: '' });
  return isOne ? [{ ...one, title: 'Normal and reduction cell' }] : [one, other];
}

/** Inputs 0 and 1 are the outputs of the two cells before. The nodes in between are numbered from 0, as papers do. */
function graphOf(title: string, { nodes, edges, concat }: DartsCell): CellGraph {
  const output = nodes + 2;
  const operations = edges.map(({ from, to, operation }): DrawnEdge => {
    return { from, to, operation: drawnOperation(operation) };
  });
  return {
    form: 'cell',
    title,
    nodes: [
      { label: 'c_{k-2}', kind: 'input' },
      { label: 'c_{k-1}', kind: 'input' },
      ...Array.from({ length: nodes }, (_, node) => ({ label: String(node), kind: 'inner' as const })),
      { label: 'c_{k}', kind: 'output' },
    ],
    edges: [...operations, ...concat.map((from) => ({ from, to: output, operation: null }))],
  };
}
