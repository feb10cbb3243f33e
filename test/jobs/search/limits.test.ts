/** Searches within limits, through the journal, the result and a resumption. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Evaluator, outcomeOfLoss, resultSchema, type SearchResult, search } from '../../../src/index.js';
import { checkSameDevice } from '../../../src/jobs/search/costs.js';
import { describeResult } from '../../../src/terminal/tables/search.js';
import { scaled } from '../../support/limits.js';
import { ROOT, temporaryFolder, temporaryHome } from '../../support/run-cli.js';
import { toySpace } from '../../support/spaces.js';

beforeAll(() => vi.stubEnv('RMINAS_HOME', temporaryHome()));
afterAll(() => vi.unstubAllEnvs());

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const space = toySpace;

const numbersIn = (genotype: string) => Array.from(genotype.matchAll(/=(\d+)/g), ([, number]) => Number(number));
/** Wide and deep networks have lower losses, and more parameters. */
const evaluator = {
  name: 'formula',
  capacity: 2,
  async evaluate({ genotype }) {
    const [width = 1, depth = 1, kernel = 1] = numbersIn(genotype);
    return outcomeOfLoss(1 / (width * depth) + kernel / 1000);
  },
  costs: async (genotypes) =>
    genotypes.map((genotype) => {
      const [width = 1, depth = 1, kernel = 1] = numbersIn(genotype);
      return { params: width * depth * kernel ** 2, latency: depth };
    }),
} satisfies Evaluator;

const SETTINGS = [
  ...['RMINAS.STRATEGY', 'regularized-evolution', 'RMINAS.RF_WARMUP', '6', 'RMINAS.MAX_EVALUATIONS', '14'],
  ...['RMINAS.MAX_PARAMS', '0.3k', 'RMINAS.MAX_LATENCY', '3', 'RMINAS.PARETO', 'params'],
];
const folder = () => join(temporaryFolder(), 'run');

/** A copy of a run with only the first lines of its journal. */
function interruptedCopy({ files }: SearchResult, lines: number): string {
  const copy = temporaryFolder();
  cpSync(files.folder, copy, { recursive: true });
  const kept = readFileSync(files.journal, 'utf8').split('\n').slice(0, lines);
  writeFileSync(join(copy, 'journal.jsonl'), `${kept.join('\n')}\n`);
  return copy;
}

const linesOf = ({ files }: SearchResult) => readFileSync(files.journal, 'utf8').trimEnd().split('\n');
const essence = ({ cost: _cost, files: _files, ...rest }: SearchResult) => rest;

describe('a search within limits, with an evaluator of a script', () => {
  let result: SearchResult;

  beforeAll(async () => {
    result = await search({ space, evaluator, overrides: SETTINGS, folder: folder() }).result;
  });

  it('finds the best within the limits, and says its costs', () => {
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const [width = 1, depth = 1, kernel = 1] = numbersIn(result.genotype);
    expect(result.limits).toEqual({
      most: { params: 300, flops: null, latency: 3 },
      found: { params: width * depth * kernel ** 2, flops: null, latency: depth },
      latencyBatch: 1,
    });
    expect(result.limits?.found.params).toBeLessThanOrEqual(300);
    expect(depth).toBeLessThanOrEqual(3);
  });

  it('keeps the front of loss against the cost, ranked', () => {
    const { cost, front = [] } = result.pareto ?? {};
    expect(cost).toBe('params');
    expect(front.length).toBeGreaterThan(1);
    expect(front.map(({ rank }) => rank)).toEqual(front.map((_, index) => index + 1));
    expect(front[0]).toMatchObject({ genotype: result.best.genotype, loss: result.best.loss });
    const losses = front.map(({ loss }) => loss);
    const params = front.map(({ costs }) => costs.params ?? 0);
    expect(losses).toEqual(losses.toSorted((a, b) => a - b));
    expect(params).toEqual(params.toSorted((a, b) => b - a));
  });

  it('prints the costs of the answer, and the front as a table', () => {
    const printed = describeResult(result);
    expect(printed).toMatch(/costs +\d+ parameters \(at most 300 parameters\), \d ms \(at most 3 ms\)/);
    expect(printed).toContain('front of loss against params');
    for (const { genotype } of result.pareto?.front ?? []) expect(printed).toContain(genotype);
  });

  it('resumes with the costs of its journal, whatever the evaluator would find now', async () => {
    const changed = { ...evaluator, costs: async () => Promise.reject(new Error('asked again')) };
    const lines = linesOf(result);
    const whole = search({ resume: interruptedCopy(result, lines.length), space, evaluator: changed });
    expect(essence(await whole.result)).toEqual(essence(result));
    for (const end of [4, lines.length - 6]) {
      const resumed = search({ resume: interruptedCopy(result, end), space, evaluator });
      expect(essence(await resumed.result)).toEqual(essence(result));
    }
  });

  it('cannot do without costs', async () => {
    const { costs: _costs, ...without } = evaluator;
    const started = search({ space, evaluator: without, overrides: SETTINGS, folder: folder() });
    await expect(started.result).rejects.toMatchObject({ code: 'no-costs', exitCode: 2 });
  });

  it.each([
    ['too few', async () => []],
    ['text', async (genotypes: readonly string[]) => genotypes.map(() => ({ params: 'many', latency: 1 }))],
    ['none of a limited cost', async (genotypes: readonly string[]) => genotypes.map(() => ({ params: 1 }))],
  ])('refuses costs of an evaluator: %s', async (_, costs) => {
    const wrong = { ...evaluator, costs } as unknown as Evaluator;
    const started = search({ space, evaluator: wrong, overrides: SETTINGS, folder: folder() });
    await expect(started.result).rejects.toMatchObject({ code: 'invalid-costs', exitCode: 2 });
  });

  it('leaves no folder behind when nothing is within the limits', async () => {
    const target = folder();
    const started = search({ space, evaluator, overrides: [...SETTINGS, 'RMINAS.MAX_PARAMS', '7'], folder: target });
    await expect(started.result).rejects.toMatchObject({
      code: 'infeasible-limits',
      message: expect.stringContaining('The least that the space has: 8 parameters; 1 ms'),
    });
    expect(existsSync(target)).toBe(false);
  });

  it('has neither field without limits', async () => {
    const overrides = SETTINGS.slice(0, 6);
    const free = await search({ space, evaluator, overrides, folder: folder() }).result;
    expect(Object.keys(free)).not.toEqual(expect.arrayContaining(['limits']));
    expect(Object.keys(free)).not.toEqual(expect.arrayContaining(['pareto']));
  });
});

describe('a search that measures latencies', () => {
  const session = (device: string) => ({
    entry: { type: 'session', pid: 1, versions: {}, device, batch: null } as const,
  });

  it('goes on only on the device that it began on', () => {
    checkSameDevice([session('cpu')], 'cpu');
    expect(() => checkSameDevice([session('cuda (NVIDIA H100)'), session('cpu')], 'cpu')).toThrow(
      expect.objectContaining({
        code: 'changed-device',
        exitCode: 2,
        message: expect.stringContaining('cuda (NVIDIA H100)'),
      }),
    );
  });
});

describe('a search within limits, in the sidecar', () => {
  it('counts and measures networks, and resumes to the same answer', { timeout: scaled(120_000) }, async () => {
    const overrides = [
      ...['RMINAS.RF_WARMUP', '5', 'RMINAS.RF_SUCC', '2', 'RMINAS.MAX_EVALUATIONS', '8', 'OUT_DIR', temporaryFolder()],
      ...[
        'RMINAS.MAX_PARAMS',
        '5.3k',
        'RMINAS.MAX_FLOPS',
        '90e3',
        'RMINAS.MAX_LATENCY',
        '10000.0',
        'RMINAS.PARETO',
        'latency',
      ],
    ];
    const result = await search({ cfg: TINY, overrides, verify: 1, verifyEpochs: 1 }).result;
    const { found } = result.limits ?? {};
    expect(found?.params).toBeLessThanOrEqual(5300);
    expect(found?.flops).toBe(result.score.flops);
    expect(found?.flops).toBeLessThanOrEqual(0.09);
    expect(found?.latency).toBeGreaterThan(0);
    // With a front, nothing is stopped early.
    expect(result.futility).toBeNull();
    for (const { costs } of result.pareto?.front ?? []) expect(costs.params).toBeLessThanOrEqual(5300);

    const lines = linesOf(result);
    const end = lines.findIndex((line) => line.includes('"finished"'));
    const resumed = await search({ resume: interruptedCopy(result, end), cache: false }).result;
    const { verification: _, ...rest } = essence(result);
    expect(resumed).toMatchObject({ genotype: rest.genotype, voters: rest.voters, best: rest.best });
    expect(resumed.limits?.most).toEqual(rest.limits?.most);
    // The latencies that the first session measured are kept.
    expect(linesOf(resumed).slice(0, end)).toEqual(lines.slice(0, end));
  });
});
