/** The paper's tables in a terminal. */
import { cellsOf } from '../../jobs/published-table/cells.js';
import type { PublishedTable } from '../../jobs/published-table/result.js';
import { fittingTable } from './layout.js';

export function describePublishedTable(published: PublishedTable): string {
  const { head, rows, notes } = cellsOf(published);
  const table = fittingTable(head, new Array<'left'>(head.length).fill('left'), { lines: false });
  for (const row of rows) table.push(row);
  return [table.toString(), ...notes, `published: ${published.source}`].join('\n');
}
