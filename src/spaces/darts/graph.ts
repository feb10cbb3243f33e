import type { CellGraph, DrawnEdge } from '../../definitions/graph.js';
import { drawnOperation } from '../operations.js';
import { type RelaxedCell, readRelaxedCells } from './relaxed.js';

/** The normal and the reduction cell, or one cell that serves as both. */
export function dartsGraphs(genotype: string): readonly CellGraph[] {
  const { normal, reduce } = readRelaxedCells(genotype);
  const [one, other] = [graphOf('Normal cell', normal), graphOf('Reduction cell', reduce)];
  const isOne = JSON.stringify({ ...one, title: '' }) === JSON.stringify({ ...other, title: '' });
  return isOne ? [{ ...one, title: 'Normal and reduction cell' }] : [one, other];
}

/**
 * Inputs 0 and 1 are the outputs of the two cells before. The nodes in between are numbered from 0, as papers do.
 * Isolated nodes are left out.
 */
function graphOf(title: string, { edges, concat }: RelaxedCell): CellGraph {
  const nodes = [0, 1, ...new Set(edges.map(({ to }) => to))];
  const place = (node: number) => nodes.indexOf(node);
  const operations = edges.map(
    ({ from, to, operation }): DrawnEdge => ({
      from: place(from),
      to: place(to),
      operation: drawnOperation(operation),
    }),
  );
  return {
    form: 'cell',
    title,
    nodes: [
      { label: 'c_{k-2}', kind: 'input' },
      { label: 'c_{k-1}', kind: 'input' },
      ...nodes.slice(2).map((node) => ({ label: String(node - 2), kind: 'inner' as const })),
      { label: 'c_{k}', kind: 'output' },
    ],
    edges: [...operations, ...concat.map((from) => ({ from: place(from), to: nodes.length, operation: null }))],
  };
}
