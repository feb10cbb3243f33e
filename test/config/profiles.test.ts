import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch } from '../../src/config/index.js';
import type { Specification } from '../../src/protocol/specification.js';

async function specificationOf(words: string): Promise<Specification> {
  const overrides = `SPACE.NAME infer_nb201 LOADER.BATCH_SIZE 32 ${words}`.split(' ');
  return planSearch(await loadConfig({ overrides })).specification;
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
    const specification = await specificationOf(`OPTIM.MAX_EPOCH ${epochs} RMINAS.PROFILE ${profile}`);
    expect(specification).toMatchObject({ steps, batch: { selection, size: 32, pool: 512 }, teacher: { mode } });
  });
});
