import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { cacheLimit, ScoreCache, withScoreCache } from '../../src/evaluators/caching.js';
import { createSimulatedEvaluator, evaluationOf } from '../search/simulated.js';

const MEGABYTE = 1024 * 1024;
let folder: string;
let problems: string[];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'rminas-cache-')), 'cache', 'scores');
  problems = [];
});

const open = (context = 'a', limit = MEGABYTE) =>
  new ScoreCache({ folder, context, limit, onProblem: (problem) => problems.push(problem) });
const fileOf = (context = 'a') => join(folder, `${context}.jsonl`);
const key = (number: number) => ({ genotype: `|é${number}|`, seed: number });
const found = (cache: ScoreCache, count: number) =>
  Array.from({ length: count }, (_, number) => cache.find(key(number))?.loss);

describe('the score cache', () => {
  it('answers exactly what was kept, to its own process and to others', () => {
    const score = { ...evaluationOf(0.1 + 0.2), curve: [1 / 3, null, 1e-300], flops: 12.5, stopped: null };
    const [one, other] = [open(), open()];
    one.keep(key(1), score);
    expect([one.find(key(1)), other.find(key(1)), open().find(key(1))]).toEqual([score, score, score]);
  });

  it('knows nothing of another genotype, seed or context', () => {
    open().keep(key(1), evaluationOf(1));
    const cache = open();
    expect(cache.find({ ...key(1), seed: 2 })).toBeUndefined();
    expect(cache.find({ ...key(1), genotype: '|é2|' })).toBeUndefined();
    expect(open('b').find(key(1))).toBeUndefined();
  });

  it('shares scores between two processes at work', () => {
    const [one, other] = [open(), open()];
    for (let number = 0; number < 10; number += 1) (number % 2 ? one : other).keep(key(number), evaluationOf(number));
    expect(found(one, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(found(other, 10)).toEqual(found(one, 10));
  });
});

describe('the score cache: damaged files', () => {
  it('ignores a line torn at any byte, and nothing else', () => {
    open().keep(key(0), evaluationOf(0));
    const whole = readFileSync(fileOf());
    open().keep(key(1), evaluationOf(1));
    const both = readFileSync(fileOf());
    for (let bytes = whole.length; bytes < both.length; bytes += 1) {
      writeFileSync(fileOf(), both.subarray(0, bytes));
      const cache = open();
      expect(cache.find(key(0))?.loss).toBe(0);
      cache.keep(key(2), evaluationOf(2));
      expect(found(open(), 3)).toEqual([0, bytes === both.length - 1 ? 1 : undefined, 2]);
    }
  });

  it('answers no score with a changed bit', () => {
    open().keep(key(0), evaluationOf(0.25));
    const bytes = readFileSync(fileOf());
    for (let position = 0; position < bytes.length; position += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(position) ^ 1, position);
      writeFileSync(fileOf(), changed);
      expect([undefined, 0.25]).toContain(open().find(key(0))?.loss);
    }
    expect(problems).toEqual([]);
  });

  it.each([
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 167) % 256))],
    ['other JSON', '{"sum":"0123456789abcdef","score":{}}\n[]\nnull\n{}\n'],
    ['an empty file', ''],
  ])('continues after %s', (_, content) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(fileOf(), content);
    open().keep(key(0), evaluationOf(0));
    expect(found(open(), 1)).toEqual([0]);
    expect(problems).toEqual([]);
  });

  it('refuses a score of another shape, even with a correct checksum', async () => {
    const { createHash } = await import('node:crypto');
    const text = '{"genotype":"|é0|","seed":0,"evaluation":{"loss":"0"}}';
    mkdirSync(folder, { recursive: true });
    const sum = createHash('sha256').update(text).digest('hex').slice(0, 16);
    writeFileSync(fileOf(), `{"sum":"${sum}","score":${text}}\n`);
    expect(found(open(), 1)).toEqual([undefined]);
  });

  it('continues when its file is removed, or replaced by a shorter one', () => {
    const cache = open();
    cache.keep(key(0), evaluationOf(0));
    cache.find(key(1));
    rmSync(fileOf());
    expect(found(cache, 2)).toEqual([0, undefined]);
    cache.keep(key(1), evaluationOf(1));
    expect(found(open(), 2)).toEqual([undefined, 1]);
    expect(found(cache, 2)).toEqual([0, 1]);
  });

  it('reports once that it cannot be used, and then has no scores', async () => {
    writeFileSync(join(folder, '..', '..', 'cache'), '');
    const cache = open();
    const evaluator = withScoreCache(createSimulatedEvaluator(1, 0), cache);
    for (const number of [1, 2]) {
      expect(await evaluator.evaluate(key(number))).toMatchObject({ evaluation: { steps: 1 } });
    }
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/EEXIST|ENOTDIR/);
  });
});

describe('the score cache: its size', () => {
  const long = { ...evaluationOf(1), curve: new Array(500).fill(0.123456789) };

  it('is limited by removing the least recently used file', () => {
    for (const [age, context] of ['newest', 'middle', 'oldest'].entries()) {
      open(context).keep(key(0), long);
      const time = new Date(Date.UTC(2020, 0, 9 - age));
      utimesSync(fileOf(context), time, time);
    }
    const bytes = readFileSync(fileOf('oldest')).length;
    // Opening it makes it the one used last.
    open('oldest', 2.5 * bytes);
    expect(['oldest', 'middle', 'newest'].map((context) => existsSync(fileOf(context)))).toEqual([true, false, true]);
  });

  it('is limited while a run adds to it', () => {
    const limit = 100_000;
    const cache = open('a', limit);
    for (let number = 0; number < 100; number += 1) {
      cache.keep(key(number), long);
      const size = existsSync(fileOf()) ? readFileSync(fileOf()).length : 0;
      expect(size).toBeLessThanOrEqual(limit * (1 + 1 / 16) + 10_000);
    }
    expect(found(cache, 100)).toEqual(new Array(100).fill(1));
    expect(problems).toEqual([]);
  });

  it('leaves other files alone', () => {
    open().keep(key(0), long);
    writeFileSync(join(folder, 'notes.txt'), 'mine'.repeat(1000));
    open('b', 1);
    expect([existsSync(fileOf()), existsSync(join(folder, 'notes.txt'))]).toEqual([false, true]);
  });

  it.each([
    [undefined, 256],
    ['', 256],
    ['0', 0],
    ['1.5', 1.5],
  ])('is RMINAS_CACHE_MAX %j: %d MB', (given, megabytes) => {
    expect(cacheLimit({ RMINAS_CACHE_MAX: given })).toBe(megabytes * MEGABYTE);
  });

  it.each(['-1', 'much', 'NaN', 'Infinity', '1 GB'])('cannot be %s', (given) => {
    expect(() => cacheLimit({ RMINAS_CACHE_MAX: given })).toThrow(UsageError);
    expect(() => cacheLimit({ RMINAS_CACHE_MAX: given })).toThrow(given);
  });
});

describe('an evaluator with a score cache', () => {
  it('computes each score once for all runs, and marks cached scores', async () => {
    const [first, second] = [createSimulatedEvaluator(3, 0), createSimulatedEvaluator(3, 1)];
    const computed = await withScoreCache(first, open()).evaluate(key(1));
    const taken = await withScoreCache(second, open()).evaluate({ ...key(1), bounds: [{ step: 1, loss: 0 }] });
    expect('cached' in computed).toBe(false);
    expect(taken).toEqual({ ...computed, cached: true });
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
    expect(withScoreCache(first, open()).capacity).toBe(3);
  });

  it('keeps no failure and no training that was stopped', async () => {
    const outcomes = [{ failure: 'died twice' }, { evaluation: { ...evaluationOf(2), stopped: 1 } }];
    for (const outcome of outcomes) {
      const evaluator = withScoreCache(
        createSimulatedEvaluator(1, 0, () => outcome),
        open(),
      );
      expect(await evaluator.evaluate(key(1))).toEqual(outcome);
    }
    expect(open().find(key(1))).toBeUndefined();
  });

  it('keeps a diverged training, which always diverges', async () => {
    const evaluator = withScoreCache(
      createSimulatedEvaluator(1, 0, () => ({ evaluation: evaluationOf(null) })),
      open(),
    );
    await evaluator.evaluate(key(1));
    expect(open().find(key(1))?.loss).toBeNull();
  });
});
