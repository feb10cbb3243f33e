import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch, specificationDigest } from '../../src/config/index.js';

async function specify(...overrides: string[]) {
  const config = await loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201', ...overrides] });
  return planSearch(config).specification;
}

describe('arithmetic and precision', () => {
  it('are compiled and float32 by default', async () => {
    expect(await specify('RMINAS.BACKEND', 'native')).toMatchObject({
      arithmetic: 'compiled',
      precision: 'float32',
    });
    expect(await specify('RMINAS.ARITHMETIC', 'plain', 'RMINAS.PRECISION', 'bf16')).toMatchObject({
      arithmetic: 'plain',
      precision: 'bf16',
    });
  });

  it('are plain for the functions of the original, with any setting', async () => {
    expect(await specify('RMINAS.BACKEND', 'xnas', 'RMINAS.ARITHMETIC', 'fast')).toMatchObject({ arithmetic: 'plain' });
  });

  it('are part of the specification and of its digest', async () => {
    const specifications = await Promise.all([
      specify(),
      specify('RMINAS.ARITHMETIC', 'plain'),
      specify('RMINAS.ARITHMETIC', 'fast'),
      specify('RMINAS.PRECISION', 'tf32'),
      specify('RMINAS.PRECISION', 'bf16'),
    ]);
    expect(new Set(specifications.map((one) => specificationDigest(one))).size).toBe(5);
  });

  it.each([
    ['RMINAS.ARITHMETIC', 'exact', 'plain, fast, compiled, stacked'],
    ['RMINAS.PRECISION', 'fp8', 'float32, tf32, bf16'],
  ])('%s %s is refused, with what there is', async (key, value, choices) => {
    await expect(specify(key, value)).rejects.toMatchObject({
      code: 'out-of-range',
      message: expect.stringContaining(choices),
    });
  });
});
