import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpConfig, loadConfig, planSearch, resolveBackend, specificationDigest } from '../../src/config/index.js';
import { UsageError } from '../../src/errors.js';
import { temporaryFolder } from '../support/run-cli.js';

const HOME = '/home/ada/XNAS';

function load(...overrides: string[]) {
  return loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201', ...overrides] });
}

describe('the backend', () => {
  it.each<[string, string | null, string]>([
    ['nas-bench-201', HOME, 'xnas'],
    ['darts', HOME, 'xnas'],
    ['nas-bench-macro', HOME, 'xnas'],
    ['proxyless', HOME, 'xnas'],
    ['mb', HOME, 'native'],
    ['nas-bench-201', null, 'native'],
    ['mb', null, 'native'],
  ])('auto, for %s and XNAS in %s, is %s', async (space, xnas, backend) => {
    const resolved = resolveBackend(await load('SPACE.NAME', space), xnas);
    expect(planSearch(resolved).specification).toMatchObject({ space, backend });
    expect(resolved.settings.get('RMINAS.BACKEND')?.value).toMatchObject({ value: backend });
  });

  it.each(['native', 'xnas'])('%s is kept, with and without XNAS', async (backend) => {
    const config = await load('RMINAS.BACKEND', backend);
    for (const xnas of [HOME, null]) {
      expect(resolveBackend(config, xnas)).toBe(config);
      expect(planSearch(config).specification.backend).toBe(backend);
    }
  });

  it('is part of the specification and of its digest', async () => {
    const digests = await Promise.all(
      ['native', 'xnas'].map(async (backend) =>
        specificationDigest(planSearch(await load('RMINAS.BACKEND', backend)).specification),
      ),
    );
    expect(new Set(digests).size).toBe(2);
  });

  it('stays resolved in the configuration that is written down', async () => {
    const file = join(temporaryFolder(), 'config.yaml');
    const resolved = resolveBackend(await load(), HOME);
    writeFileSync(file, dumpConfig(resolved.settings));
    const again = resolveBackend(await loadConfig({ file }), null);
    expect(planSearch(again).specification).toEqual(planSearch(resolved).specification);
  });

  it('xnas is refused for a space without its networks', async () => {
    const config = await load('SPACE.NAME', 'mb', 'RMINAS.BACKEND', 'xnas');
    expect(() => planSearch(config)).toThrow(UsageError);
    expect(() => planSearch(config)).toThrow(/space mb/);
  });

  it('has three names', async () => {
    await expect(load('RMINAS.BACKEND', 'torch')).rejects.toMatchObject({ code: 'out-of-range' });
  });
});
