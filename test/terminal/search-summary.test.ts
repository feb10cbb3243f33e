import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resultSchema, type SearchResult } from '../../src/index.js';
import { describeResult } from '../../src/terminal/tables/search.js';
import { ROOT } from '../support/run-cli.js';

const file = join(ROOT, 'test/fixtures/journals/0.2.1/search-complete/result.json');
const result = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const summary = (changes: Partial<SearchResult>) => stripVTControlCharacters(describeResult({ ...result, ...changes }));

const FIGURE = {
  split: 'x-test',
  epochs: 200,
  aggregation: 'mean',
  reported: true,
  accuracy: 94.22,
  rank: 11,
  of: 15_625,
  regret: 0.15,
  seed: null,
  loss: null,
  trainSeconds: null,
  evalSeconds: null,
};
const answerOn = (dataset: string): SearchResult['benchmark'] => ({
  note: '',
  answer: {
    benchmark: 'nas-bench-201',
    number: 9930,
    architectures: 15_625,
    genotype: result.genotype,
    source: 'a table',
    costs: {},
    figures: [{ ...FIGURE, dataset }],
  },
});

describe('the summary of a search', () => {
  it('marks accuracies of other data sets as a transfer', () => {
    expect(summary({ dataset: 'digits', benchmark: answerOn('cifar10') })).toMatch(/^transfer .* than digits\.$/m);
    expect(summary({ dataset: 'cifar10', benchmark: answerOn('cifar10-valid') })).not.toContain('transfer');
  });

  it('says how sure the answer of a model is', () => {
    expect(summary({})).not.toContain('resamples');
    const confidence = { answer: 0.825, slots: [1, 0.825], expectedLoss: 1.25, resamples: 200 };
    expect(summary({ confidence })).toMatch(
      /^confidence +83 % sure of the answer, by 200 resamples; expected loss 1\.3 ranks$/m,
    );
  });

  it('mentions early stopping only where trainings were or would have been stopped', () => {
    const none = { stopped: 0, stepsSaved: 0, audited: 0, auditedStops: 0, falseStops: 0, falseStopRate: null };
    expect(summary({ futility: none })).not.toContain('stopped early');
    const some = { ...none, stopped: 3, stepsSaved: 90 };
    expect(summary({ futility: some })).toMatch(/^stopped early +3 evaluations, 90 steps saved$/m);
    const audited = { ...some, audited: 2, auditedStops: 1 };
    expect(summary({ futility: audited })).toContain('saved; 2 audited: 1 would have stopped, 0 of them wrongly');
  });
});
