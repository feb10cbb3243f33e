/** The paper's tables in a terminal. */
import { dartsCells, describeRecipe, nasBench201Cells, type TableCells } from '../../jobs/published-table/cells.js';
import type { DartsTable, NasBench201Table } from '../../jobs/published-table/result.js';
import { fittingTable } from './layout.js';

export function describeNasBench201Table(table: NasBench201Table): string {
  return `${framed(nasBench201Cells(table))}\npublished: ${table.source}`;
}

export function describeDartsTable(table: DartsTable): string {
  const recipe = describeRecipe(table);
  return [framed(dartsCells(table)), ...(recipe === '' ? [] : [recipe]), `published: ${table.source}`].join('\n');
}

function framed({ head, rows }: TableCells): string {
  const table = fittingTable(head, new Array<'left'>(head.length).fill('left'), { lines: false });
  for (const row of rows) table.push(row);
  return table.toString();
}
