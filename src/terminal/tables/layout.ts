import Table from 'cli-table3';
import pc from 'picocolors';

/** A label and its value. */
export type LabelledValue = [string, string];

/** Two columns without a frame: a genotype can be selected as a whole, and a narrow terminal wraps it. */
export function listOf(rows: readonly LabelledValue[]): string {
  const outer = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
  const inner = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
  const chars = Object.fromEntries([...outer, ...inner].map((name) => [name, '']));
  const table = new Table({
    chars: { ...chars, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, border: [], head: [] },
  });
  table.push(...rows.map(([label, value]) => [pc.cyan(label), value]));
  return table.toString().replaceAll(/ +$/gm, '');
}

/** A framed table with a head and without colours. */
export function framedTable(head: string[], colAligns: Table.HorizontalAlignment[]): Table.Table {
  return new Table({ head, colAligns, style: { head: [], border: [] } });
}
