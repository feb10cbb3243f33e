import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planNewSearch } from '../../../src/jobs/search/plan.js';
import { ROOT } from '../../support/run-cli.js';

const noticesOf = async (...overrides: string[]) =>
  (await planNewSearch({ cfg: join(ROOT, 'test/fixtures/tiny.yaml'), overrides })).notices;

describe('notices about stacks', () => {
  it('say that guided turns leave places empty', async () => {
    const stacked = ['RMINAS.ARITHMETIC', 'stacked', 'RMINAS.STACK', '4'];
    expect(await noticesOf(...stacked)).toEqual([expect.stringContaining('3 places in the stacks are empty')]);
    expect(await noticesOf(...stacked, 'RMINAS.PROPOSALS', '4')).toEqual([]);
  });

  it('say that another arithmetic trains one architecture at a time', async () => {
    expect(await noticesOf('RMINAS.STACK', '4')).toEqual([expect.stringContaining('RMINAS.STACK has no effect')]);
    expect(await noticesOf()).toEqual([]);
  });
});
