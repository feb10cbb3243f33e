import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { cacheFolder, cacheLimit, contextOf, ScoreCache, withScoreCache } from '../../src/evaluators/caching.js';
import { makeRoom } from '../../src/store/cache-files.js';
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
/** The files of all values, drafts included. */
const filesIn = () =>
  readdirSync(folder, { withFileTypes: true }).flatMap((shard) =>
    shard.isDirectory() ? readdirSync(join(folder, shard.name)).map((name) => join(folder, shard.name, name)) : [],
  );
const theFile = () => filesIn()[0] ?? '';
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

describe('the context of a score', () => {
  const batch = { size: 8, digest: 'ab'.repeat(32), teacherLoss: 0.5, teacherAccuracy: 1 };
  const context = (name: string, kind: string, address?: string) => {
    const hello = { device: name, devices: [{ name, kind }], threads: 1, versions: { torch: '2.13.0' } };
    const cluster = address === undefined ? null : { address };
    const resolved = { digest: 'cd'.repeat(32), plan: { settings: { cluster } } };
    return contextOf({ resolved, prepared: { batch }, sidecar: { hello } }, []);
  };

  it('is the same on each GPU of a model, and another one on other models', () => {
    const gpu = context('cuda:0 (NVIDIA H100)', 'cuda, torch 2.13.0');
    expect(context('cuda:1 (NVIDIA H100)', 'cuda, torch 2.13.0')).toBe(gpu);
    expect(context('cuda:0 (NVIDIA H200)', 'cuda, torch 2.13.0')).not.toBe(gpu);
  });

  it('is another one without a C compiler, and on each cluster', () => {
    const here = context('cpu', 'cpu, torch 2.13.0');
    const others = [
      context('cpu', 'cpu, torch 2.13.0, without a C compiler'),
      context('cpu', 'cpu, torch 2.13.0', 'auto'),
      context('cpu', 'cpu, torch 2.13.0', '10.0.0.1:6379'),
    ];
    expect(new Set([here, ...others]).size).toBe(4);
  });
});

describe('the score cache: damaged files', () => {
  it('answers nothing from a torn file, and replaces it', () => {
    open().keep(key(0), evaluationOf(0));
    const whole = readFileSync(theFile());
    for (let bytes = 0; bytes < whole.length; bytes += 1) {
      writeFileSync(theFile(), whole.subarray(0, bytes));
      expect(found(open(), 1)).toEqual([undefined]);
    }
    open().keep(key(0), evaluationOf(0));
    expect(found(open(), 1)).toEqual([0]);
    expect([filesIn().length, problems]).toEqual([1, []]);
  });

  it('answers no score with a changed bit', () => {
    open().keep(key(0), evaluationOf(0.25));
    const bytes = readFileSync(theFile());
    for (let position = 0; position < bytes.length; position += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(position) ^ 1, position);
      writeFileSync(theFile(), changed);
      expect(open().find(key(0))).toBeUndefined();
    }
    expect(problems).toEqual([]);
  });

  it('answers nothing from the file of another architecture', () => {
    open().keep(key(0), evaluationOf(0));
    const other = theFile();
    open().keep(key(1), evaluationOf(1));
    const [file = ''] = filesIn().filter((name) => name !== other);
    copyFileSync(other, file);
    expect(found(open(), 2)).toEqual([0, undefined]);
  });

  it.each([
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 167) % 256))],
    ['other JSON', '0123456789abcdef {}\n'],
    ['an empty file', ''],
    ['a huge file', Buffer.alloc(2 ** 21, 'a')],
  ])('continues after %s', (_, content) => {
    open().keep(key(0), evaluationOf(0));
    writeFileSync(theFile(), content);
    expect(found(open(), 1)).toEqual([undefined]);
    open().keep(key(0), evaluationOf(0));
    expect(found(open(), 1)).toEqual([0]);
    expect(problems).toEqual([]);
  });

  it('refuses a score of another shape, even with a correct checksum', () => {
    open().keep(key(0), evaluationOf(0));
    const text = readFileSync(theFile(), 'utf8').slice(17, -1).replace('"loss":0', '"loss":"0"');
    const sum = createHash('sha256').update(text).digest('hex').slice(0, 16);
    writeFileSync(theFile(), `${sum} ${text}\n`);
    expect(found(open(), 1)).toEqual([undefined]);
  });

  it('continues when its files or its folder are removed', () => {
    const cache = open();
    cache.keep(key(0), evaluationOf(0));
    rmSync(theFile());
    expect(found(cache, 1)).toEqual([undefined]);
    rmSync(folder, { recursive: true });
    cache.keep(key(1), evaluationOf(1));
    expect(found(open(), 2)).toEqual([undefined, 1]);
    expect(problems).toEqual([]);
  });

  it('removes the files of earlier versions', () => {
    open();
    const former = join(folder, `${'ab'.repeat(32)}.jsonl`);
    writeFileSync(former, '');
    open();
    expect(existsSync(former)).toBe(false);
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
  it('is limited by removing the least recently used files', () => {
    const cache = open('a', 256 * 8192);
    cache.keep(key(0), evaluationOf(0));
    const shard = dirname(theFile());
    for (const [age, name] of ['newest', 'middle', 'oldest'].entries()) {
      writeFileSync(join(shard, name), 'x'.repeat(4096));
      const time = new Date(Date.UTC(2020, 0, 9 - age));
      utimesSync(join(shard, name), time, time);
    }
    makeRoom(shard, 8192);
    expect(readdirSync(shard).sort()).toEqual([basename(theFile()), 'newest'].sort());
  });

  it('is limited while several runs add to it', () => {
    const limit = 256 * 4096;
    const caches = [open('a', limit), open('b', limit)];
    for (let number = 0; number < 3000; number += 1) caches[number % 2]?.keep(key(number), evaluationOf(number));
    // A subfolder may have some files more than its share before the next one looks at its size.
    const most = Math.max(...readdirSync(folder).map((shard) => readdirSync(join(folder, shard)).length));
    expect(filesIn().length).toBeLessThan(3000);
    expect(most).toBeLessThan(60);
    expect(problems).toEqual([]);
  });

  it('counts a use, and removes drafts of killed processes in their turn', () => {
    const cache = open();
    cache.keep(key(0), evaluationOf(0));
    const old = new Date(Date.UTC(2020, 0, 1));
    utimesSync(theFile(), old, old);
    const draft = join(dirname(theFile()), '.draft.1.host');
    writeFileSync(draft, 'x');
    utimesSync(draft, old, old);
    expect(cache.find(key(0))?.loss).toBe(0);
    makeRoom(dirname(draft), 4096);
    expect(filesIn()).toEqual([expect.not.stringContaining('draft')]);
  });

  it('leaves other files alone', () => {
    open();
    writeFileSync(join(folder, 'notes.txt'), 'mine'.repeat(1000));
    open('b', 1);
    expect(existsSync(join(folder, 'notes.txt'))).toBe(true);
  });

  it('has a folder of its own, or the one of RMINAS_SCORE_CACHE', () => {
    expect(cacheFolder({ RMINAS_SCORE_CACHE: '/shared/scores' })).toBe('/shared/scores');
    expect(cacheFolder({})).toMatch(/cache.scores$/);
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
