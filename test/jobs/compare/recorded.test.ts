/** A search of a comparison, found again in its folder. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type PlannedRun, planComparison } from '../../../src/jobs/compare/plan.js';
import { readRecorded } from '../../../src/jobs/compare/recorded.js';
import { ReplayCosts } from '../../../src/jobs/compare/replay-costs.js';
import { PluginLoader } from '../../../src/plugins/loader.js';
import { recordSearch } from '../../support/recorded-search.js';
import { temporaryFolder } from '../../support/run-cli.js';

const cfg = 'test/fixtures/tiny.yaml';
const out = temporaryFolder();
const KEYS = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '4', 'RMINAS.MAX_EVALUATIONS', '6'];

/** The search of the comparison that is repeated with other settings. */
async function planWith(...changes: string[]): Promise<PlannedRun> {
  const overrides = [...KEYS, 'RMINAS.ARITHMETIC', 'stacked', ...changes];
  const { rows } = await planComparison({ cfg, seeds: [1], out, overrides });
  return rows[0]?.runs[0] as PlannedRun;
}

async function readWith(...changes: string[]) {
  const costs = new ReplayCosts({ signal: new AbortController().signal });
  return readRecorded(await planWith(...changes), new PluginLoader(), costs);
}

describe('a recorded search of a comparison', () => {
  beforeAll(async () => {
    const { folder, options } = await planWith();
    await recordSearch(folder, { cfg, overrides: options.overrides ?? [] });
  });

  it.each([
    ['RMINAS.WORKERS', '3'],
    ['RMINAS.STACK', '3'],
    ['RMINAS.THREADS', '3'],
    ['RMINAS.WORKER_DEADLINE', '99'],
    ['RMINAS.DEVICE', "'cpu,cpu'"],
  ])('is the same search with another %s', async (key, value) => {
    expect((await readWith(key, value))?.trajectory.steps).toHaveLength(6);
  });

  it('is another search with another warm-up', async () => {
    await expect(readWith('RMINAS.RF_WARMUP', '5')).rejects.toMatchObject({
      code: 'another-search',
      message: expect.stringContaining('RMINAS.RF_WARMUP'),
    });
  });
});
