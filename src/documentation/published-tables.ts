/** The paper's tables, from the results in docs/tables, which the commands wrote with `--json`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../installation/places.js';
import { cellsOf } from '../jobs/published-table/cells.js';
import { type PublishedTable, publishedTableSchema } from '../jobs/published-table/result.js';
import { table } from './table.js';

export function publishedNasBench201(): string {
  return markdownOf(tableIn('nas-bench-201'));
}

export function publishedDarts(): string {
  return markdownOf(tableIn('darts'));
}

function tableIn(name: PublishedTable['table']): PublishedTable {
  const file = join(PACKAGE_ROOT, 'docs', 'tables', `${name}.json`);
  return publishedTableSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function markdownOf(found: PublishedTable): string {
  const { head, rows, notes } = cellsOf(found);
  return [table(head, rows), ...notes, `Published: ${found.source}.`].join('\n\n');
}
