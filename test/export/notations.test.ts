/** How other programs write the cells of DARTS. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { notationsOf } from '../../src/export/network/notations.js';
import { readFixture } from '../spaces/fixture.js';

const NASNET = readFileSync(
  new URL('../fixtures/cases/genotypes/darts_nasnet_five_steps.txt', import.meta.url),
  'utf8',
).trim();
const { darts } = readFixture<Record<string, { normal: string }>>('cases/genotypes/normal.json');

describe('the notations of a genotype of DARTS', () => {
  it('are those of DARTS, NASLib and NNI', () => {
    expect(Object.keys(notationsOf('darts', darts?.normal ?? ''))).toEqual(['DARTS', 'NASLib', 'NNI']);
  });

  it('leave out programs that do not have its cells', () => {
    expect(notationsOf('darts', NASNET)).toEqual({ DARTS: NASNET });
  });
});
