/** Architectures as text: each node with the edges that lead to it, or rows of blocks. */
import pc from 'picocolors';
import type {
  ArchitectureGraph,
  BlockRows,
  CellGraph,
  DrawnOperation,
  OperationFamily,
} from '../../definitions/graph.js';
import type { PublishedGenotypes } from '../../explain/genotypes.js';
import type { ShownArchitecture } from '../../explain/show.js';
import { spreadText } from '../../statistics/moments.js';
import { fittingTable, type LabelledValue, listOf } from './layout.js';

const COLOURS: Readonly<Record<OperationFamily, (text: string) => string>> = {
  none: pc.dim,
  skip: pc.gray,
  conv: pc.blue,
  separable: pc.yellow,
  dilated: pc.magenta,
  factorised: pc.red,
  average: pc.green,
  maximum: pc.cyan,
  narrow: pc.blue,
  wide: pc.yellow,
  choice: pc.magenta,
};
const SUBSCRIPTS: Readonly<Record<string, string>> = { k: 'ₖ', '-': '₋', 1: '₁', 2: '₂' };

export function describeShown({ space, genotype, name, graphs, file }: ShownArchitecture): string {
  const rows: LabelledValue[] = [
    ...(name === null ? [] : [['name', pc.bold(name)] as LabelledValue]),
    ['space', space],
    ['genotype', genotype],
    ...(file === null ? [] : [['picture', file] as LabelledValue]),
  ];
  return `${describeGraphs(graphs)}\n\n${listOf(rows)}`;
}

/** @param width columns of the terminal; rows of blocks are wrapped to it */
export function describeGraphs(graphs: readonly ArchitectureGraph[], width = process.stdout.columns ?? 80): string {
  return graphs
    .map((graph) => {
      const lines = graph.form === 'cell' ? linesOfCell(graph) : linesOfRows(graph, width);
      return [pc.bold(graph.title), ...lines].join('\n');
    })
    .join('\n\n');
}

/** Each node follows its inputs: `c₀ ── conv 3×3 ──┬─▶ 1`. */
function linesOfCell({ nodes, edges }: CellGraph): string[] {
  const names = nodes.map(({ label }) => plainLabel(label));
  const nameWidth = Math.max(...names.map((name) => name.length));
  const drawn = edges.filter(({ operation }) => operation?.family !== 'none');
  const wide = Math.max(4, ...drawn.map(({ operation }) => (operation?.label ?? '').length));
  return nodes.flatMap(({ kind }, node) => {
    const inputs = drawn.filter(({ to }) => to === node);
    if (inputs.length === 0)
      return kind === 'input' ? [] : [`  ${pc.dim('no input'.padEnd(nameWidth + wide + 8))}─▶ ${names[node]}`];
    return inputs.map(({ from, operation }, index) => {
      const label = operation === null ? '' : operation.label;
      const padded =
        operation === null ? '─'.repeat(wide + 2) : ` ${coloured(operation)} ${'─'.repeat(wide - label.length)}`;
      return `  ${(names[from] ?? '').padEnd(nameWidth)} ──${padded}──${joint(index, inputs.length)}${index === 0 ? `─▶ ${names[node]}` : ''}`;
    });
  });
}

function joint(index: number, count: number): string {
  if (count === 1) return '─';
  if (index === 0) return '┬';
  return index === count - 1 ? '╯' : '┤';
}

function linesOfRows({ connected, rows }: BlockRows, width: number): string[] {
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const blockWidth = Math.max(...rows.flatMap(({ blocks }) => blocks.map(({ label }) => label.length)));
  const arrow = connected ? ' → ' : '  ';
  const perLine = Math.max(1, Math.floor((width - labelWidth - 4 + arrow.length) / (blockWidth + arrow.length)));
  return rows.flatMap(({ label, blocks }) =>
    Array.from({ length: Math.ceil(blocks.length / perLine) }, (_, line) => {
      const shown = blocks.slice(perLine * line, perLine * (line + 1));
      const text = shown.map((block) => coloured(block) + ' '.repeat(blockWidth - block.label.length)).join(arrow);
      return `  ${(line === 0 ? label : '').padEnd(labelWidth)}  ${text}`.trimEnd();
    }),
  );
}

function coloured({ label, family }: DrawnOperation): string {
  return COLOURS[family](label);
}

/** `c_{k-1}` with Unicode subscripts. */
function plainLabel(label: string): string {
  const [base = '', subscript] = label.split('_{');
  return subscript === undefined
    ? label
    : base + Array.from(subscript.replace('}', ''), (sign) => SUBSCRIPTS[sign] ?? sign).join('');
}

/** A table of the published genotypes. */
export function describePublished({ genotypes }: PublishedGenotypes): string {
  const table = fittingTable(
    ['name', 'error (%)', 'parameters (M)', 'data set', 'paper'],
    ['left', 'right', 'right', 'left', 'left'],
    { lines: false },
  );
  for (const { name, error, deviation, parameters, dataset, paper, source } of genotypes) {
    const millions = (parameters / 1e6).toFixed(source === null ? 1 : 4);
    table.push([
      pc.bold(name),
      spreadText({ mean: error, deviation }, 2),
      millions,
      dataset,
      source === null ? `${paper}, figures only` : paper,
    ]);
  }
  return table.toString();
}
