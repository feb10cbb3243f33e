import { describe, expect, it } from 'vitest';
import { fittingTable } from '../../src/terminal/tables/layout.js';

const HEAD = ['method', 'runs', 'cost'];
function tableOf(width?: number): string {
  const table = fittingTable(HEAD, ['left', 'right', 'right'], { lines: false, ...(width ? { width } : {}) });
  table.push(['forest', '3', '1.25 ± 0.10']);
  table.push(['optimum', '', '0']);
  return table.toString();
}

describe('a table', () => {
  it('is framed where it fits', () => {
    const lines = tableOf(80).split('\n');
    expect(lines[1]).toMatch(/^│ method +│ +runs │ +cost │$/);
    expect(lines).toHaveLength(5);
    expect(tableOf(lines[0]?.length)).toBe(tableOf(80));
  });

  it('is a block for each row, without empty cells, on a narrower terminal', () => {
    const framed = tableOf(80).split('\n')[0]?.length ?? 0;
    expect(tableOf(framed - 1)).toBe(
      ['method  forest', '  runs  3', '  cost  1.25 ± 0.10', 'method  optimum', '  cost  0'].join('\n'),
    );
  });

  it('is framed in a file or pipe, which has no width', () => {
    expect(process.stdout.columns).toBeUndefined();
    expect(tableOf()).toBe(tableOf(80));
  });
});
