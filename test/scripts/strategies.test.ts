/** The script that measures strategies on the accuracies of a benchmark. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/run-cli.js';

const DATA = process.env.RMINAS_TEST_DATA;

describe.skipIf(!DATA)(`scripts/strategies.mjs${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  it('finds that a model-guided search beats random search, and both the largest network within a limit', () => {
    const rows = ['largest', 'random', 'linear-thompson'];
    const options = [
      '--benchmark',
      'nas-bench-macro',
      '--seeds',
      '51-52',
      '--evaluations',
      '60',
      '--max-flops',
      '45.5',
    ];
    const printed = execFileSync(
      process.execPath,
      [join(ROOT, 'scripts/strategies.mjs'), '--data', DATA ?? '', ...options, ...rows],
      { encoding: 'utf8' },
    );
    expect(printed).toContain('1635 architectures within the limit; the best: 91.94');
    const means = rows.map((row) => Number(new RegExp(`^\\| ${row} \\| ([\\d.]+) `, 'm').exec(printed)?.[1]));
    expect(means).toEqual([...means].sort((a, b) => a - b));
    expect(means[2]).toBeGreaterThan(means[1] ?? Number.NaN);
  });
});
