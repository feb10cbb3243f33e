import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { explanationSchema } from '../../src/explain/explanation.js';
import { explain, readRun } from '../../src/index.js';
import { describeExplanation, sparklineOf } from '../../src/terminal/tables/explanation.js';
import { ROOT } from '../support/run-cli.js';

const COMPLETE = join(ROOT, 'test/fixtures/journals/0.2.1/search-complete');
const INTERRUPTED = join(ROOT, 'test/fixtures/journals/0.2.1/search-interrupted');

describe('the explanation of a score', () => {
  it('has parts that add up to the loss, for every architecture that was trained to the end', async () => {
    const { evaluations } = readRun(COMPLETE);
    for (const { genotype } of evaluations.slice(0, 4)) {
      const { loss, parts } = await explain({ run: COMPLETE, genotype });
      const sum = parts.reduce((total, { contribution }) => total + contribution, 0);
      expect(sum).toBeCloseTo(loss ?? Number.NaN, 5);
      expect(parts.map(({ name }) => name)).toEqual([
        'CKA of stage 1',
        'CKA of stage 2',
        'CKA of stage 3',
        'cross entropy',
      ]);
    }
  });

  it('places the answer in the warm-up, in the search and in the benchmark', async () => {
    const { answer } = readRun(COMPLETE);
    const explanation = explanationSchema.parse(await explain({ run: COMPLETE }));
    expect(explanation).toMatchObject({
      genotype: answer,
      proposed: { phase: 'guided' },
      warmup: { rank: 4, of: 13 },
      all: { rank: 7, of: 25 },
      threshold: 0.7909154007898102,
    });
    expect(explanation.benchmark?.figures[0]?.of).toBe(15_625);
    const text = stripVTControlCharacters(describeExplanation(explanation));
    expect(text).toMatch(/loss by step +█▅▄▃▁ {2}1\.372 → 0\.7876 in 4 steps/);
    expect(text).toMatch(/threshold +below the threshold 0\.790915/);
    expect(text).toMatch(/│ CKA of stage 2 +│ 0\.8147 │ +0\.80 │ +0\.1482 │ ████ /);
  });

  it('says that an architecture was not evaluated', async () => {
    const genotype = '|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|';
    const explanation = await explain({ run: COMPLETE, genotype });
    expect(explanation).toMatchObject({ proposed: null, loss: null, parts: [], all: null });
    expect(describeExplanation(explanation)).toContain('not evaluated by this search');
  });

  it.each([
    [{ run: INTERRUPTED }, 'has no answer yet'],
    [{ run: COMPLETE, genotype: 'nonsense' }, 'is not a NAS-Bench-201 genotype'],
    [{ run: join(ROOT, 'nowhere') }, 'nowhere'],
  ])('is refused for %j', async (options, problem) => {
    await expect(explain(options)).rejects.toThrow(problem);
  });
});

describe('a sparkline', () => {
  it('averages the values of a long curve into 40 columns', () => {
    const line = sparklineOf(
      Array.from({ length: 150 }, (_, step) => 1 / (step + 1)),
      149,
    );
    expect(line.indexOf('  ')).toBe(40);
    expect(line).toMatch(/^█.*▁ {2}1\.000 → 0\.006667 in 149 steps$/);
  });

  it('leaves out losses that are not finite', () => {
    expect(sparklineOf([null, 2, 1], 2)).toBe('█▁  2.000 → 1.000 in 2 steps');
    expect(sparklineOf([null], 0)).toBe('no finite value');
  });
});

describe('a published name', () => {
  it('is planned for retraining and for export as its genotype', async () => {
    const { planNewRetraining } = await import('../../src/jobs/retrain/plan.js');
    const { plan } = await planNewRetraining({ genotype: 'FairDARTS_a', overrides: ['LOADER.DATASET', 'digits'] });
    expect(plan.retraining).toMatchObject({
      space: 'darts',
      genotype: expect.stringContaining('normal_concat=[2, 4, 5]'),
    });
  });
});
