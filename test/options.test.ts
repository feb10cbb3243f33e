/** Wrong options of the Node API: a typed error at once, nothing on disk, and no process that stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as api from '../src/index.js';
import { scaled } from './support/limits.js';
import { ROOT, temporaryFolder } from './support/run-cli.js';

type Options = Record<string, unknown>;
type Call = (options: unknown) => Promise<unknown>;

const cfg = join(ROOT, 'test/fixtures/tiny.yaml');
const out = join(temporaryFolder(), 'nothing');
const job = (start: (options: never) => { readonly result: Promise<unknown> }, needed: Options): Call => {
  return (options) => start((isObject(options) ? { ...needed, ...options } : options) as never).result;
};
const plain = (call: (options: never) => Promise<unknown>, needed: Options): Call => {
  return (options) => call((isObject(options) ? { ...needed, ...options } : options) as never);
};
const isObject = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const CALLS: Record<string, Call> = {
  search: job(api.search, { cfg, folder: out }),
  resume: job(api.search, { resume: out }),
  searchThen: job(api.searchThen, { cfg, folder: out }),
  rank: job(api.rank, { cfg, overrides: ['OUT_DIR', out] }),
  compare: job(api.compare, { cfg, seeds: [1], out }),
  retrain: job(api.retrain, { cfg, overrides: ['OUT_DIR', out] }),
  resumeRetraining: job(api.retrain, { resume: out }),
  oneShot: job(api.oneShot, { cfg, overrides: ['OUT_DIR', out] }),
  resumeOneShot: job(api.oneShot, { resume: out }),
  retrainAll: job(api.retrainAll, { cfg, out }),
  trainTeacher: job(api.trainTeacher, { cfg, overrides: ['OUT_DIR', out] }),
  inspectTeacher: plain(api.inspectTeacher, { cfg }),
  score: job(api.score, { cfg, genotypes: ['x'] }),
  buildTable: job(api.buildTable, { cfg, out }),
  simulate: job(api.simulate, {
    ...{ cfg, tables: [out], out },
    split: { choose: null, report: { batches: null, seeds: [1], architectures: 'all' } },
  }),
  plan: job(api.plan, { cfg }),
  logRun: plain((options: never) => api.logRun(out, options), { to: `tensorboard:${out}` }),
  exportStudy: plain((options: never) => api.exportStudy(out, options), { file: out }),
  explain: plain(api.explain, { run: out }),
  showArchitecture: plain(api.showArchitecture, { architecture: 'x' }),
  importBenchmark: plain(api.importBenchmark, { file: out }),
  queryBenchmark: plain(api.queryBenchmark, { architecture: '1' }),
  topArchitectures: plain(api.topArchitectures, {}),
  benchmarkStats: plain(api.benchmarkStats, {}),
  diagnose: plain(api.diagnose, {}),
  loadConfig: plain(api.loadConfig, {}),
  openBridge: plain(api.openBridge, { python: out }),
};
/** Calls of functions that take no interpreter. */
const FURTHER_CALLS: Record<string, Call> = {
  listAssets: plain(api.listAssets, {}),
  verifyAssets: plain(api.verifyAssets, {}),
  fetchAssets: plain(api.fetchAssets, { names: ['digits'], data: out }),
  report: plain(api.report, { runs: [out] }),
};
const EVALUATOR = { capacity: 1, evaluate: async () => api.outcomeOfLoss(1) };

const WRONG: readonly [string, Options, string][] = [
  ['search', { verify: -1 }, 'The option verify of search() is -1. Expected a whole number from 0 to 100000.'],
  ['search', { verify: 1.5 }, 'verify of search() is 1.5'],
  ['search', { verify: '1' }, "verify of search() is '1'"],
  ['search', { verifyEpochs: 0 }, 'verifyEpochs of search() is 0. Expected a whole number from 1'],
  ['search', { signal: {} }, 'signal of search() is an object. Expected an AbortSignal'],
  ['search', { cfg: 5 }, 'cfg of search() is 5. Expected a text'],
  ['search', { cfg: '' }, "cfg of search() is ''"],
  ['search', { data: 'a\0b' }, 'data of search() is'],
  ['search', { overrides: 'RNG_SEED' }, "overrides of search() is 'RNG_SEED'. Expected an array of texts"],
  ['search', { overrides: ['RNG_SEED', 1] }, 'overrides[1] of search() is 1. Expected a text'],
  ['search', { cache: 'no' }, "cache of search() is 'no'. Expected true or false"],
  ['search', { evaluator: { ...EVALUATOR, capacity: 0 } }, 'evaluator.capacity of search() is 0'],
  ['search', { evaluator: { capacity: 1 } }, 'evaluator.evaluate of search() is missing. Expected a function'],
  ['search', { evaluator: { ...EVALUATOR, name: 5 } }, 'evaluator.name of search() is 5'],
  ['search', { space: {} }, 'space.name of search() is missing'],
  ['search', { space: { space: 'darts' } }, "space.space of search() is 'darts'. Expected a space"],
  ['search', { strategy: 'random' }, "strategy of search() is 'random'. Expected a strategy"],
  ['search', { objective: { name: 'x', proxies: [] } }, 'objective.score of search() is missing'],
  ['searchThen', { followUp: { steps: ['train'] } }, 'followUp'],
  ['resume', { resume: 5 }, 'resume of search({ resume }) is 5'],
  ['rank', { proxies: 'rmi' }, "proxies of rank() is 'rmi'"],
  ['rank', { architectures: '10' }, "architectures of rank() is '10'"],
  ['rank', { duplicates: 'never' }, "duplicates of rank() is 'never'. Expected one of all, once"],
  ['compare', { seeds: [1.5] }, 'seeds[0] of compare() is 1.5. Expected a whole number of at least 0'],
  ['compare', { seeds: undefined }, 'seeds of compare() is missing'],
  ['compare', { jobs: 0 }, 'jobs of compare() is 0'],
  ['compare', { cost: 'money' }, "cost of compare() is 'money'. Expected one of"],
  ['compare', { also: [{ name: 'x' }] }, 'also[0].cfg of compare() is missing'],
  ['retrain', { seeds: [-1] }, 'seeds[0] of retrain() is -1'],
  ['retrain', { seeds: 1 }, 'seeds of retrain() is 1. Expected an array of seeds'],
  ['retrain', { genotype: [] }, 'genotype of retrain() is an array of 0'],
  ['resumeRetraining', { resume: '' }, "resume of retrain({ resume }) is ''"],
  ['score', { genotypes: [] }, 'genotypes of score() is an array of 0. Expected at least one genotype'],
  ['score', { genotypes: undefined }, 'genotypes of score() is missing'],
  ['score', { cfg: undefined }, 'cfg of score() is missing'],
  ['oneShot', { method: 5 }, 'method of oneShot() is 5'],
  ['logRun', { to: 5 }, 'to of logRun() is 5'],
  ['exportStudy', { file: '' }, "file of exportStudy() is ''"],
  ['importBenchmark', { file: undefined }, 'file of importBenchmark() is missing'],
  ['importBenchmark', { onProgress: 1 }, 'onProgress of importBenchmark() is 1. Expected a function'],
  ['queryBenchmark', { architecture: 9930 }, 'architecture of queryBenchmark() is 9930'],
  ['topArchitectures', { count: 0 }, 'count of topArchitectures() is 0. Expected a whole number from 1 to 100000'],
  ['topArchitectures', { seed: Number.NaN }, 'seed of topArchitectures() is NaN'],
  ['benchmarkStats', { folder: null }, 'folder of benchmarkStats() is null'],
  ['diagnose', { timeoutMs: -1 }, 'timeoutMs of diagnose() is -1'],
  ['loadConfig', { file: 5 }, 'file of loadConfig() is 5'],
  ['loadConfig', { overrides: [1] }, 'overrides[0] of loadConfig() is 1'],
  ['loadConfig', { catalogue: {} }, 'catalogue.spaces of loadConfig() is missing'],
  ['openBridge', { python: undefined }, 'python of openBridge() is missing'],
  ['openBridge', { timeoutMs: 0 }, 'timeoutMs of openBridge() is 0'],
  ['listAssets', { names: 'cifar10' }, "names of listAssets() is 'cifar10'. Expected an array of names of assets"],
  ['verifyAssets', { onProgress: true }, 'onProgress of verifyAssets() is true'],
  ['fetchAssets', { pauseMs: -1 }, 'pauseMs of fetchAssets() is -1'],
];

describe('a wrong option', () => {
  it.each(WRONG)('of %s rejects at once, and the error names it: %j', async (name, options, message) => {
    const attempt = { ...CALLS, ...FURTHER_CALLS }[name]?.(options);
    await expect(attempt).rejects.toBeInstanceOf(api.UsageError);
    await expect(attempt).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining(message),
    });
    expect(existsSync(out)).toBe(false);
  });

  it.each(Object.keys(CALLS))('of %s that does not exist is refused with the nearest one', async (name) => {
    await expect(CALLS[name]?.({ pyhton: 'x' })).rejects.toMatchObject({
      code: 'unknown-option',
      message: expect.stringContaining("has no option 'pyhton'"),
      nextSteps: ["Did you mean 'python'?", expect.stringContaining('python')],
    });
  });

  it.each(Object.entries({ ...CALLS, ...FURTHER_CALLS }))(
    'of %s: options that are no object are refused',
    async (_, call) => {
      for (const options of [5, 'x', null, []]) {
        await expect(call(options)).rejects.toMatchObject({ code: 'invalid-option' });
      }
    },
  );

  it('may be undefined, as if it were not given', async () => {
    const options = { resume: out, cfg: undefined, python: undefined } as never;
    await expect(api.search(options).result).rejects.toMatchObject({ code: 'missing-journal' });
  });

  it('of a resumed job is refused when it belongs to a new one', async () => {
    await expect(CALLS.resume?.({ cfg })).rejects.toMatchObject({ code: 'unknown-option' });
    await expect(CALLS.resumeRetraining?.({ seeds: [1] })).rejects.toMatchObject({ code: 'unknown-option' });
  });

  it('of readRun and exportHistory is refused', () => {
    const refused = expect.objectContaining({ code: 'invalid-option' });
    expect(() => api.readRun(5 as never)).toThrow(refused);
    expect(() => api.exportHistory('x', undefined as never)).toThrow(refused);
    expect(() => api.exportHistory(undefined as never, { format: 'csv' })).toThrow(refused);
  });

  it.each(Object.keys(FURTHER_CALLS))('of %s that does not exist is refused', async (name) => {
    await expect(FURTHER_CALLS[name]?.({ dta: 'x' })).rejects.toMatchObject({ code: 'unknown-option' });
  });

  it('keeps no process alive', { timeout: scaled(60_000) }, async () => {
    const script = `
      import { rank, retrain, score, search } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
      const jobs = [search({ signal: {} }), search(), rank(), retrain({ seeds: 1 }), score({ python: 1 })];
      for (const { result } of jobs) await result.catch(({ name, code }) => console.log(name, code));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (bytes) => {
      printed += bytes;
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(printed.trim().split('\n')).toEqual([
      'UsageError invalid-option',
      'UsageError missing-config',
      ...Array(3).fill('UsageError invalid-option'),
    ]);
  });
});

/** Each exported function that takes no options, with arguments that it must refuse. */
const ARGUMENTS: readonly [string, readonly unknown[]][] = [
  ['checkSpace', [{}]],
  ['checkStrategy', [() => undefined, [{}]]],
  ['checkStrategy', [{}, []]],
  ['choice', ['x', 'xyz', '']],
  ['choice', ['z', ['x', 'y'], '']],
  ['createObjective', [{ kind: 'none' }, { reference: 1 }]],
  ['createObjective', [{ kind: 'rmi' }, {}]],
  ['createRandom', [-1, 'purpose', 0]],
  ['createRandom', [1, undefined, 0]],
  ['createSlotSpace', [{ name: 'x', slots: 5 }]],
  ['createSlotSpace', [{ name: 'x', slots: [{ name: 'y' }] }]],
  ['createStrategy', [{}, {}]],
  ['dartsTable', ['exp']],
  ['nasBench201Table', [[5]]],
  ['createStrategy', [{ create: () => undefined }, { settings: {} }]],
  ['defineObjective', [{ name: 'x' }]],
  ['defineProxy', [{ name: 'x', direction: 'up' }]],
  ['defineSpace', [{ name: 'x', doc: '', space: {} }]],
  ['defineStrategy', [{ name: 'x', aliases: [], doc: '', keys: {} }]],
  ['derivedSeed', [1, 'purpose', 5]],
  ['exportHistory', ['x', null]],
  ['extendCatalogue', [{}, {}]],
  ['extendCatalogue', [api.BUILT_IN, { spaces: [{}] }]],
  ['flag', ['yes', '']],
  ['finalists', [5, 3]],
  ['finalists', ['x', 0]],
  ['follow', [{}, () => undefined]],
  ['number', [1, undefined, '']],
  ['openNetwork', [5]],
  ['openNetwork', ['x', 5]],
  ['openNetwork', ['x', { python: 1 }]],
  ['outcomeOfLoss', ['0.5']],
  ['outcomeOfLoss', [0.5, { seconds: -1 }]],
  ['readRun', [5]],
  ['searchSpace', [{ seed: 1 }]],
  ['text', ['', {}, '']],
  ['wholeNumber', [1, { least: 0 }, '']],
];
/** Functions that a table above covers, or that take no argument. */
const COVERED = [
  ...Object.keys({ ...CALLS, ...FURTHER_CALLS }),
  'exportNetwork',
  'listGenotypes',
  ...ARGUMENTS.map(([name]) => name),
];

describe('a wrong argument', () => {
  it.each(ARGUMENTS)('of %s is refused: %j', async (name, given) => {
    const call = async () => (api as unknown as Record<string, (...given: unknown[]) => unknown>)[name]?.(...given);
    await expect(call()).rejects.toBeInstanceOf(api.UsageError);
    await expect(call()).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('is refused by every exported function', () => {
    const functions = Object.entries(api).filter(
      ([, value]) => typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value)),
    );
    expect(functions.map(([name]) => name).filter((name) => !COVERED.includes(name))).toEqual([]);
  });
});

describe('a ~ at the head of a path', () => {
  const home = temporaryFolder();
  const inHome = (name: string) => join(home, name);
  beforeAll(() => vi.stubEnv('HOME', home));
  afterAll(() => vi.unstubAllEnvs());

  it('is the home folder in every option that names a file or folder', async () => {
    await expect(api.search({ cfg: '~/none.yaml' }).result).rejects.toThrow(inHome('none.yaml'));
    await expect(api.search({ resume: '~/run' }).result).rejects.toThrow(inHome('run'));
    await expect(api.search({ cfg, python: '~/python' }).result).rejects.toThrow(inHome('python'));
    await expect(api.search({ cfg, plugins: ['~/plugin.py'] }).result).rejects.toThrow(inHome('plugin.py'));
    const also = [{ name: 'x', cfg: '~/also.yaml' }];
    await expect(api.compare({ cfg, seeds: [1], also }).result).rejects.toThrow(inHome('also.yaml'));
    await expect(api.loadConfig({ file: '~/none.yaml' })).rejects.toThrow(inHome('none.yaml'));
    await expect(api.openBridge({ python: '~/python' })).rejects.toThrow(inHome('python'));
    expect(() => api.readRun('~/run')).toThrow(inHome('run'));
    expect(() => api.exportHistory('~/run', { format: 'csv' })).toThrow(inHome('run'));
    expect((await api.listAssets({ data: '~/data' })).folders).toContain(inHome('data'));
  });
});
