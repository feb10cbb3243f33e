/** The architecture parameters α of a supernet as heatmaps, one for each kind of cell. */
import type { HeatmapChart } from '../../../charts/chart.js';
import { DARTS_EDGES } from '../../../spaces/darts/cell.js';
import { readRelaxedCells } from '../../../spaces/darts/relaxed.js';
import { NB201_EDGES, NB201_OPERATIONS } from '../../../spaces/nas-bench-201/cell.js';
import { parseNb201Cell } from '../../../spaces/nas-bench-201/text.js';
import type { Block } from '../schema.js';

export interface FoundParameters {
  readonly space: string;
  readonly genotype: string;
  /** Edges × operations. */
  readonly alpha: readonly (readonly number[])[];
  /** The columns of `alpha`. */
  readonly operations: readonly string[];
}

interface Edge {
  readonly from: number;
  readonly to: number;
  /** Of the answer; undefined for an edge that the answer leaves out. */
  readonly operation: string | undefined;
}

interface CellEdges {
  /** Names the files of its chart. */
  readonly id: string;
  readonly title: string;
  /** In the order of the rows of α. */
  readonly edges: readonly Edge[];
}

/** A heatmap for each kind of cell. Empty for a space whose edges are not known. */
export function parameterBlocks({ space, genotype, alpha, operations }: FoundParameters): Block[] {
  let first = 0;
  return cellsOf(space, genotype).map(({ id, title, edges }) => {
    const rows = alpha.slice(first, first + edges.length);
    first += edges.length;
    return {
      type: 'chart',
      id,
      chart: heatmapOf(title, edges, rows, operations),
      text: 'The higher the number, the more weight the operation has on the edge. Frames mark the operations of the answer.',
    };
  });
}

function cellsOf(space: string, genotype: string): CellEdges[] {
  switch (space) {
    case 'nas-bench-201': {
      const encoding = parseNb201Cell(genotype);
      const edges = NB201_EDGES.map((edge, slot) => ({ ...edge, operation: NB201_OPERATIONS[encoding[slot] ?? -1] }));
      return [{ id: 'alpha', title: 'Architecture parameters of each edge', edges }];
    }
    case 'darts': {
      const { normal, reduce } = readRelaxedCells(genotype);
      const edgesOf = (kept: readonly Required<Edge>[]) =>
        DARTS_EDGES.map(({ from, to }) => ({
          ...{ from, to },
          operation: kept.find((edge) => edge.from === from && edge.to === to)?.operation,
        }));
      return [
        { id: 'alpha-normal', title: 'Architecture parameters of the normal cell', edges: edgesOf(normal.edges) },
        { id: 'alpha-reduction', title: 'Architecture parameters of the reduction cell', edges: edgesOf(reduce.edges) },
      ];
    }
    default:
      return [];
  }
}

function heatmapOf(
  title: string,
  edges: readonly Edge[],
  rows: FoundParameters['alpha'],
  operations: readonly string[],
): HeatmapChart {
  const round = rounding(rows.flat());
  return {
    kind: 'heatmap',
    title,
    measure: 'α',
    rows: edges.map(({ from, to }) => `edge ${from} → ${to}`),
    columns: [...operations],
    values: rows.map((row) => row.map(round)),
    chosen: edges.map(({ operation }) => {
      const column = operations.indexOf(operation ?? '');
      return column < 0 ? null : column;
    }),
  };
}

/** Rounds all numbers to the place that leaves the largest one three digits. */
function rounding(numbers: readonly number[]): (value: number) => number {
  const largest = Math.max(...numbers.map(Math.abs));
  const digits = largest > 0 ? Math.min(20, Math.max(0, 2 - Math.floor(Math.log10(largest)))) : 0;
  return (value) => Number(value.toFixed(digits));
}
