import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/jobs/compare/compare.js';
import { type ComparisonOptions, planComparison } from '../../../src/jobs/compare/plan.js';

const cfg = 'test/fixtures/tiny.yaml';
const plan = (options: Partial<ComparisonOptions>) => planComparison({ cfg, seeds: [1], ...options });

type Run = Awaited<ReturnType<typeof planComparison>>['rows'][number]['runs'][number];
const settingsOf = (run: Run | undefined) => (run !== undefined && 'run' in run ? run.run.plan.settings : undefined);

describe('the plan of a comparison', () => {
  it('has a row for each strategy and objective, and a run for each seed', async () => {
    const { rows, folder } = await plan({
      strategies: ['forest', 'random'],
      objectives: ['rmi', 'rmi@2'],
      seeds: [1, 2],
      out: 'somewhere',
    });
    expect(rows.map(({ name }) => name)).toEqual(['forest-rmi', 'forest-rmi@2', 'random-rmi', 'random-rmi@2']);
    const runs = rows.flatMap((row) => row.runs);
    expect(runs.map(({ seed }) => seed)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect(runs[3]?.folder).toBe(join(folder, 'runs', 'forest-rmi@2-seed2'));
    expect(settingsOf(runs[3])).toMatchObject({ strategy: 'forest', seed: 2, objective: { kind: 'proxy' } });
  });

  it('takes strategy and objective from the configuration by default', async () => {
    const { rows, folder } = await plan({ overrides: ['RMINAS.STRATEGY', 'random', 'OUT_DIR', 'here'] });
    expect(rows.map(({ name, unlimited }) => [name, unlimited])).toEqual([['random-rmi', false]]);
    expect(folder).toBe(join(process.cwd(), 'here', 'comparison-nas-bench-201-digits'));
  });

  it('changes only the machine keys of further configurations', async () => {
    const { rows } = await plan({
      overrides: ['RMINAS.RF_WARMUP', '5'],
      machine: ['RMINAS.WORKERS', '2'],
      also: [{ name: 'paper', cfg }],
      alsoSeeds: [4],
    });
    const settings = rows.map(({ runs }) => settingsOf(runs[0]));
    expect(settings.map((one) => [one?.warmup, one?.workers, one?.seed])).toEqual([
      [5, 2, 1],
      [12, 2, 4],
    ]);
    expect(rows[1]).toMatchObject({ name: 'paper', unlimited: true, strategy: 'forest', objective: 'rmi' });
  });

  it('has a row for each one-shot method, by a configuration of its own', async () => {
    const { rows, first } = await plan({
      methods: ['gdas', 'fairnas'],
      methodsCfg: 'quickstart',
      seeds: [3],
      out: 'here',
    });
    expect(rows.map(({ name, unlimited }) => [name, unlimited])).toEqual([
      ['forest-rmi', false],
      ['gdas', true],
      ['fairnas', true],
    ]);
    const run = rows[1]?.runs[0];
    expect(run).toMatchObject({ seed: 3, planned: { seed: 3, oneShot: { method: 'gdas', dataset: 'digits' } } });
    expect(run?.folder).toMatch(/here\/runs\/gdas-seed3$/);
    expect(first.plan.settings.strategy).toBe('forest');
  });

  it.each([
    [{ methods: ['gdaz'] }, 'unknown-name', /gdas/],
    [{ methods: ['gdas'], methodsCfg: 'configs/nas-bench-macro-cifar10.yaml' }, 'unsupported-space', /macro/],
    [{ strategies: ['forrest'] }, 'unknown-strategy', /Did you mean forest\?/],
    [{ objectives: ['rmi', 'agregate'] }, 'unknown-objective', /Did you mean aggregate\?/],
    [{ objectives: ['rmi@5'] }, 'step-beyond-training', /rmi@5/],
    [{ objectives: ['rmi', 'rmi'] }, 'equal-row-names', /'forest-rmi'/],
    [{ strategies: [] }, 'no-searches', /nothing to compare/],
    [{ seeds: [] }, 'no-searches', /nothing to compare/],
    [{ overrides: ['RMINAS.RF_WARMUPP', '3'] }, 'unknown-key', /RF_WARMUP/],
    [{ also: [{ name: '../paper', cfg }] }, 'invalid-row-name', /'..\/paper'/],
    [{ also: [{ name: 'forest-rmi', cfg }] }, 'equal-row-names', /'forest-rmi'/],
    [{ also: [{ name: 'macro', cfg: 'configs/nas-bench-macro-cifar10.yaml' }] }, 'different-spaces', /macro/],
    [{ also: [{ name: 'none', cfg: 'none.yaml' }] }, 'missing-config', /none.yaml/],
  ])('refuses %j', async (options, code, message) => {
    await expect(plan(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the budget %d', async (budget) => {
    const out = mkdtempSync(join(tmpdir(), 'rminas-test-'));
    await expect(compare({ cfg, seeds: [1], budget, out }).result).rejects.toMatchObject({ code: 'invalid-budget' });
  });
});
