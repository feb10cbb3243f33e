import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { explanationSchema } from '../../src/explain/explanation.js';
import { explain, readRun } from '../../src/index.js';
import { describeExplanation, sparklineOf } from '../../src/terminal/tables/explanation.js';
import { recordSearch } from '../support/recorded-search.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const COMPLETE = join(ROOT, 'test/fixtures/journals/0.2.1/search-complete');
const INTERRUPTED = join(ROOT, 'test/fixtures/journals/0.2.1/search-interrupted');
const SMALL = ['RMINAS.RF_SUCC', '2', 'RMINAS.MAX_EVALUATIONS', '24', 'RMINAS.CANDIDATES', '20'];

function canonicalOf(genotype: string): string {
  const { space } = BUILT_IN.spaces.get('nas-bench-201', 'SPACE.NAME');
  return space.print(space.canonical(space.parse(genotype)));
}

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

  it('explains an answer that was trained after the end of its search', async () => {
    const folder = join(temporaryFolder(), 'run');
    await recordSearch(folder, { cfg: 'quickstart', overrides: SMALL });
    const { answer } = readRun(folder);
    const journal = join(folder, 'journal.jsonl');
    const evaluation = { loss: 0.5, curve: [0.9, 0.5], cka: [0.9], crossEntropy: 2.1, steps: 2, seconds: 1 };
    const ended = { type: 'evaluated', genotype: canonicalOf(answer ?? ''), seed: 1, outcome: { evaluation } };
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    // Journals without checksums are readable.
    const plain = [...lines.map((line) => JSON.parse(line)), { at: 1, entry: ended }].map(({ at, entry }) => ({
      at,
      entry,
    }));
    writeFileSync(journal, plain.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const explanation = await explain({ run: folder });
    expect(explanation).toMatchObject({ genotype: answer, loss: 0.5, steps: 2, ckaCurve: null });
  });

  it('shows the CKA of each stage over the steps, where the search recorded it', async () => {
    const folder = join(temporaryFolder(), 'run');
    await recordSearch(folder, { cfg: 'quickstart', overrides: SMALL });
    const [first] = readRun(folder).evaluations;
    const explanation = await explain({ run: folder, genotype: first?.genotype });
    expect(explanation.ckaCurve?.stages).toHaveLength(3);
    const text = stripVTControlCharacters(describeExplanation(explanation));
    expect(text).toMatch(/CKA of stage 3 +▁.*█ {2}0\.000 → 0\.\d{4} in 40 steps/);
    expect(text).toContain('on other data sets than digits');
  });

  it.each([
    [{ run: INTERRUPTED }, 'has no answer yet'],
    [{ run: COMPLETE, genotype: 'nonsense' }, 'is not a NAS-Bench-201 genotype'],
    [{ run: join(ROOT, 'nowhere') }, 'nowhere'],
    [{ run: COMPLETE, against: 2 }, 'against has no effect with a run'],
    [{}, 'nothing to explain'],
  ])('is refused for %j', async (options, problem) => {
    await expect(explain(options)).rejects.toThrow(problem);
  });
});

describe('the explanation of an architecture without a search', () => {
  it('trains it and random ones, takes the score apart, and writes a page', async () => {
    const out = join(temporaryFolder(), 'explanation.html');
    const genotype = '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|nor_conv_3x3~1|none~2|';
    const notices: string[] = [];
    const explanation = await explain({
      ...{ genotype, out, against: 2, cache: false, onNotice: (text: string) => notices.push(text) },
      overrides: ['OPTIM.MAX_EPOCH', '3', 'LOADER.BATCH_SIZE', '8', 'RMINAS.WORKERS', '1'],
    });
    expect(explanationSchema.parse(explanation)).toMatchObject({
      ...{ space: 'nas-bench-201', dataset: 'digits', run: null, trainedBy: 'quickstart', failure: null, file: out },
      warmup: { of: 3 },
      all: null,
    });
    const sum = explanation.parts.reduce((total, { contribution }) => total + contribution, 0);
    expect(sum).toBeCloseTo(explanation.loss ?? Number.NaN, 5);
    expect(explanation.ckaCurve).toMatchObject({ every: 1, stages: [1, 2, 3].map(() => expect.any(Array)) });
    expect(explanation.benchmark?.figures[0]?.of).toBe(15_625);
    expect(stripVTControlCharacters(describeExplanation(explanation))).toMatch(/among random +rank \d of 3 by loss/);
    expect(readFileSync(out, 'utf8')).toContain('Its loss among the others');
    expect(notices.join()).toContain('batch of 8');
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
