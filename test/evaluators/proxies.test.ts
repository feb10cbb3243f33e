/** Measurements of the proxies of an objective. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SidecarError } from '../../src/errors.js';
import { withMeasurementCache } from '../../src/evaluators/caching.js';
import { createSidecarMeasure, type Measure, withProxies } from '../../src/evaluators/proxies.js';
import { ProxyMeasurements } from '../../src/evaluators/proxy-measurements.js';
import { readProxy, sourcesOf } from '../../src/evaluators/proxy-sources.js';
import type { Objective } from '../../src/objectives/index.js';
import { RMI } from '../../src/objectives/rmi.js';
import type { RequestBody } from '../../src/protocol/messages.js';
import type { Sidecar } from '../../src/sidecar/client.js';
import { createSimulatedEvaluator, evaluationOf } from '../search/simulated.js';

const STEPS = 51;
const key = { genotype: 'g', seed: 3 };

function objectiveOf(...proxies: string[]): Objective {
  const trains = proxies.some((proxy) => /^(?:rmi|cka|cross)/.test(proxy));
  return { ...RMI, name: 'some', trains, proxies, isLoss: false };
}

/** Answers the number of its calls, and records its requests. */
function simulatedMeasure(): { measure: Measure; asked: string[][] } {
  const asked: string[][] = [];
  const measure: Measure = async (architectures, proxies) =>
    architectures.map(() => {
      asked.push([...proxies]);
      return { parts: Object.fromEntries(proxies.map((proxy) => [proxy, asked.length])), seconds: 0.5, flops: 2 };
    });
  return { measure, asked };
}

describe("the sources of an objective's proxies", () => {
  it.each<[string[], ReturnType<typeof sourcesOf>]>([
    [['rmi', 'synflow'], { evaluates: true, read: ['rmi'], trained: [], steps: 0, cheap: ['synflow'] }],
    [['rmi@20', 'rmi'], { evaluates: true, read: ['rmi@20', 'rmi'], trained: [], steps: 0, cheap: [] }],
    [['rmi@50', 'cka-1'], { evaluates: true, read: ['rmi@50', 'cka-1'], trained: [], steps: 0, cheap: [] }],
    [['rmi@20', 'cka-1@5'], { evaluates: false, read: [], trained: ['rmi@20', 'cka-1@5'], steps: 21, cheap: [] }],
    [['rmi', 'cka-1@5'], { evaluates: false, read: [], trained: ['rmi', 'cka-1@5'], steps: 51, cheap: [] }],
    [['naswot', 'flops'], { evaluates: false, read: [], trained: [], steps: 0, cheap: ['naswot', 'flops'] }],
  ])('%j: one training at most, and no longer than needed', (proxies, sources) => {
    expect(sourcesOf(objectiveOf(...proxies), STEPS)).toEqual(sources);
  });

  it('include the evaluation', () => {
    const evaluation = { ...evaluationOf(0.25), curve: [4, null, 1], cka: [0.1, null], crossEntropy: 2 };
    const proxies = ['rmi', 'rmi@0', 'rmi@1', 'rmi@9', 'cross-entropy', 'cka-1', 'cka-2', 'cka-3'];
    expect(proxies.map((proxy) => readProxy(evaluation, proxy))).toEqual([0.25, 4, null, null, 2, 0.1, null, null]);
    expect(readProxy(evaluation, 'cka')).toBeNull();
    expect(readProxy({ ...evaluation, cka: [0.5, 0.25, 0.75] }, 'cka')).toBe(0.5);
  });
});

describe('an evaluator with proxies', () => {
  it('trains and measures, and reports the cost of measuring', async () => {
    const { measure, asked } = simulatedMeasure();
    const trainer = createSimulatedEvaluator(2, 1, () => ({ evaluation: evaluationOf(0.25) }));
    const objective = objectiveOf('rmi', 'synflow', 'flops');
    const evaluator = withProxies(trainer, { objective, steps: STEPS, measure, known: new ProxyMeasurements([]) });
    expect(evaluator.capacity).toBe(2);
    expect(await evaluator.evaluate(key)).toEqual({
      evaluation: evaluationOf(0.25),
      parts: { rmi: 0.25, synflow: 1, flops: 1 },
      measuring: { seconds: 0.5, flops: 2 },
    });
    expect(asked).toEqual([['synflow', 'flops']]);
  });

  it('does not evaluate for proxies that need no training, or a shorter one', async () => {
    const { measure, asked } = simulatedMeasure();
    const trainer = createSimulatedEvaluator(1, 1);
    const objective = objectiveOf('rmi@20', 'naswot');
    const evaluator = withProxies(trainer, { objective, steps: STEPS, measure, known: new ProxyMeasurements([]) });
    expect(await evaluator.evaluate(key)).toEqual({
      evaluation: { loss: null, curve: [], cka: [], crossEntropy: null, steps: 21, seconds: 0 },
      parts: { naswot: 1, 'rmi@20': 2 },
      measuring: { seconds: 1, flops: 4 },
    });
    expect(trainer.requests).toEqual([]);
    expect(asked).toEqual([['naswot'], ['rmi@20']]);
  });

  it('measures nothing after a failure, and nothing that is known', async () => {
    const { measure, asked } = simulatedMeasure();
    const objective = objectiveOf('rmi', 'synflow');
    const known = new ProxyMeasurements([]);
    known.addCandidate('g', { synflow: 9, naswot: 1 }, { seconds: 1, flops: 1 });
    const failing = createSimulatedEvaluator(1, 1, () => ({ failure: 'died twice' }));
    const options = { objective, steps: STEPS, measure, known };
    expect(await withProxies(failing, options).evaluate({ ...key, genotype: 'h' })).toEqual({
      failure: 'died twice',
    });
    const outcome = await withProxies(createSimulatedEvaluator(1, 1), options).evaluate(key);
    expect(outcome).toMatchObject({ parts: { synflow: 9 }, measuring: { seconds: 0, flops: 0 } });
    expect(outcome).not.toHaveProperty('parts.naswot');
    expect(asked).toEqual([]);
  });

  it('is the evaluator itself without proxies', () => {
    const trainer = createSimulatedEvaluator(1, 1);
    const { measure } = simulatedMeasure();
    expect(withProxies(trainer, { objective: RMI, steps: STEPS, measure, known: new ProxyMeasurements([]) })).toBe(
      trainer,
    );
  });
});

describe('measurements', () => {
  const refusing = (error: Error) =>
    createSidecarMeasure({
      sidecar: { request: () => Promise.reject(error) },
      digest: '0'.repeat(64),
      signal: new AbortController().signal,
      onFailure: (text) => failures.push(text),
    });
  let failures: string[] = [];

  it('are null for an architecture that kills the sidecar; other errors end the run', async () => {
    failures = [];
    const died = refusing(new SidecarError('Gave measure up.', { code: 'evaluation-died' }));
    expect(await died([key], ['synflow'])).toEqual([{ parts: { synflow: null }, seconds: 0, flops: 0 }]);
    expect(failures).toEqual(['g was not measured: Gave measure up.']);
    const bug = new SidecarError('A bug.', { code: 'internal' });
    await expect(refusing(bug)([key], ['synflow'])).rejects.toBe(bug);
    await expect(refusing(bug)([key, key], ['synflow'])).rejects.toBe(bug);
  });

  it('of several architectures are one request, and a failure concerns one of them only', async () => {
    const requests: string[] = [];
    const request = async (_: string, { architectures, proxies }: RequestBody<'measure'>) => {
      const genotypes = architectures.map(({ genotype }) => genotype);
      requests.push(genotypes.join(' '));
      if (genotypes.includes('bad')) throw new SidecarError('Too large.', { code: 'out-of-memory' });
      const values = proxies.map((proxy) => ({ proxy, value: 1, flops: 2, seconds: 0.5 }));
      return { measurements: genotypes.map(() => ({ values, flops: 2, seconds: 0.5 })) };
    };
    const told: string[] = [];
    const measure = createSidecarMeasure({
      sidecar: { request } as unknown as Pick<Sidecar, 'request'>,
      digest: '0'.repeat(64),
      signal: new AbortController().signal,
      onFailure: (text) => told.push(text),
    });
    const named = (...genotypes: string[]) => genotypes.map((genotype) => ({ genotype, seed: 3 }));
    const good = { parts: { flops: 1 }, seconds: 0.5, flops: 2 };
    expect(await measure(named('a', 'b', 'c'), ['flops'])).toEqual([good, good, good]);
    const failed = { parts: { flops: null }, seconds: 0, flops: 0 };
    expect(await measure(named('a', 'bad', 'c'), ['flops'])).toEqual([good, failed, good]);
    expect(requests).toEqual(['a b c', 'a bad c', 'a', 'bad', 'c']);
    expect(told).toEqual(['bad was not measured: Too large.']);
  });

  it('of other runs are used for the same proxies in any order', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rminas-measurements-'));
    const optionsFor = (proxies: string) => ({
      folder,
      context: proxies.replaceAll(' ', '+'),
      limit: 1e6,
      onProblem: (problem: string) => expect.fail(problem),
    });
    const { measure, asked } = simulatedMeasure();
    await withMeasurementCache(measure, optionsFor)([key], ['flops', 'synflow']);
    const other = withMeasurementCache(measure, optionsFor);
    const expected = { parts: { flops: 1, synflow: 1 }, seconds: 0.5, flops: 2, cached: true };
    expect(await other([key], ['synflow', 'flops'])).toEqual([expected]);
    expect(await other([key], ['synflow'])).toEqual([{ parts: { synflow: 2 }, seconds: 0.5, flops: 2 }]);
    const several = [{ ...key, seed: 4 }, key, { ...key, seed: 5 }];
    expect(await other(several, ['flops', 'synflow'])).toMatchObject([
      { parts: { flops: 3 } },
      expected,
      { parts: { flops: 4 } },
    ]);
    expect(asked).toHaveLength(4);
  });

  it('that failed are not shared', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rminas-measurements-'));
    const answers = [null, 1];
    const measure: Measure = async () => [{ parts: { synflow: answers.shift() ?? null }, seconds: 0, flops: 0 }];
    const cached = withMeasurementCache(measure, (context) => ({ folder, context, limit: 1e6, onProblem: () => {} }));
    expect((await cached([key], ['synflow']))[0]?.parts).toEqual({ synflow: null });
    expect((await cached([key], ['synflow']))[0]?.parts).toEqual({ synflow: 1 });
  });
});
