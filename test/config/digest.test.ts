/**
 * Digests of release 0.2.1. They identify journals and shared scores, so they must not change. Later releases compute by
 * another arithmetic unless a configuration names that of 0.2.1.
 */
import { describe, expect, it } from 'vitest';
import {
  loadConfig,
  planRetraining,
  planSearch,
  retrainingDigest,
  specificationDigest,
} from '../../src/config/index.js';
import digests from '../fixtures/digests.json' with { type: 'json' };

const GENOTYPES: Readonly<Record<string, string>> = {
  'nas-bench-201': '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|',
  'nas-bench-macro': '01201201',
  mb: `[${Array.from({ length: 20 }, () => "'3x3_MBConv3'").join(', ')}]`,
};

const ITS_ARITHMETIC = ['RMINAS.ARITHMETIC', 'fast'];

describe('the digest', () => {
  it.each(Object.entries(digests.searches))('of the search %s is that of 0.2.1', async (words, digest) => {
    const { specification } = planSearch(await loadConfig({ overrides: [...words.split(' '), ...ITS_ARITHMETIC] }));
    expect(specificationDigest(specification)).toBe(digest);
  });

  it.each(Object.entries(digests.retrainings))('of the retraining %s is that of 0.2.1', async (words, digest) => {
    const [space = '', dataset = ''] = words.split(' ');
    const genotype = `"${GENOTYPES[space]}"`;
    const overrides = ['SPACE.NAME', space, 'LOADER.DATASET', dataset, 'TRAIN.GENOTYPE', genotype];
    const { retraining } = planRetraining(await loadConfig({ overrides }));
    expect(retrainingDigest(retraining)).toBe(digest);
  });
});
