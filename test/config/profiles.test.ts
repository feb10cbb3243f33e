import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch, type SearchPlan } from '../../src/config/index.js';

async function planOf(words: string): Promise<SearchPlan> {
  const overrides = `SPACE.NAME infer_nb201 LOADER.BATCH_SIZE 32 ${words}`.split(' ');
  return planSearch(await loadConfig({ overrides }));
}

describe('the profiles', () => {
  it.each([
    ['paper', 150, 151, 'lowest-teacher-loss', 'train'],
    ['paper', 30, 31, 'lowest-teacher-loss', 'train'],
    ['paper', 200, 151, 'lowest-teacher-loss', 'train'],
    ['xnas', 150, 150, 'all', 'train'],
    ['xnas', 200, 200, 'all', 'train'],
    ['corrected', 150, 150, 'lowest-teacher-loss', 'eval'],
  ])('%s with MAX_EPOCH %i observes %i losses', async (profile, epochs, steps, selection, mode) => {
    const { specification } = await planOf(`OPTIM.MAX_EPOCH ${epochs} RMINAS.PROFILE ${profile}`);
    expect(specification).toMatchObject({ steps, batch: { selection, size: 32, pool: 512 }, teacher: { mode } });
  });

  it.each([
    ['paper', 'operation-index'],
    ['xnas', 'operation-index'],
    ['corrected', 'votes'],
  ])('%s ranks the edges of a DARTS vote by %s', async (profile, edgeRank) => {
    expect((await planOf(`RMINAS.PROFILE ${profile}`)).settings.edgeRank).toBe(edgeRank);
  });
});
