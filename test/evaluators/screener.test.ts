import { describe, expect, it } from 'vitest';
import { type MeasurementEvent, ProxyMeasurements } from '../../src/evaluators/proxy-measurements.js';
import { createScreener } from '../../src/evaluators/screener.js';
import type { WeightedProxy } from '../../src/objectives/index.js';
import { createObjective } from '../../src/objectives/index.js';
import { evaluationSeed } from '../../src/search/recording.js';
import type { Encoding } from '../../src/spaces/space.js';
import { evaluationOf } from '../search/simulated.js';
import { createTinySpace } from '../spaces/tiny-space.js';

const TINY = createTinySpace(4, 3);
const FLOW: WeightedProxy = { name: 'synflow', direction: 'higher', needs: 'nothing', weight: 1 };
const { screening } = createObjective({ kind: 'proxy', proxy: FLOW }, { reference: 1 });
const sum = (genotype: string) => [...genotype].reduce((total, digit) => total + Number(digit), 0);

function screen(recorded: readonly MeasurementEvent[] = [], failing = '', { space = TINY, capacity = 4 } = {}) {
  if (screening === null) throw new Error('This objective screens.');
  const measured: string[] = [];
  const requests: number[] = [];
  const entries: MeasurementEvent[] = [];
  const screener = createScreener({
    space,
    screening,
    keep: 2,
    measure: async (architectures, proxies) => {
      requests.push(architectures.length);
      expect(proxies).toEqual(['synflow']);
      for (const { genotype, seed } of architectures) {
        expect(seed).toBe(evaluationSeed(7, genotype));
        if (genotype === failing) throw new Error('interrupted');
        measured.push(genotype);
      }
      return architectures.map(({ genotype }) => {
        return { parts: { synflow: genotype === '333' ? null : sum(genotype) }, seconds: 0.5, flops: 3 };
      });
    },
    known: new ProxyMeasurements(recorded),
    capacity,
    seed: 7,
    record: (entry) => entries.push(entry),
    signal: new AbortController().signal,
  });
  return { screener, measured, requests, entries };
}

const CANDIDATES: Encoding[] = [
  [0, 0, 1],
  [3, 3, 3],
  [2, 1, 0],
  [0, 1, 2],
  [3, 0, 2],
];

describe('the screener', () => {
  it('keeps the best candidates, best first, and measures each function once', async () => {
    const { screener, measured, entries } = screen();
    const answer = await screener(CANDIDATES, [], 1);
    expect(answer).toEqual({
      kept: [
        [3, 0, 2],
        [2, 1, 0],
      ],
      screened: { measured: 4, skipped: 3, seconds: 2, flops: 12 },
    });
    expect([...measured].sort()).toEqual(['001', '012', '023', '333']);
    expect(entries).toContainEqual({
      type: 'screened',
      genotype: '333',
      parts: { synflow: null },
      seconds: 0.5,
      flops: 3,
    });
    // All candidates are known and counted already.
    expect((await screener(CANDIDATES, [], 1)).screened).toEqual({ measured: 0, skipped: 3, seconds: 0, flops: 0 });
    expect(measured).toHaveLength(4);
  });

  it('divides a turn into one request for each worker', async () => {
    for (const [capacity, sizes] of [
      [1, [4]],
      [2, [2, 2]],
      [3, [2, 2]],
      [9, [1, 1, 1, 1]],
    ] as const) {
      const { screener, requests } = screen([], '', { capacity });
      await screener(CANDIDATES, [], 1);
      expect(requests).toEqual(sizes);
    }
  });

  it('asks for no more in a request than the protocol allows', async () => {
    const space = createTinySpace(300, 1);
    const { screener, requests } = screen([], '', { space, capacity: 1 });
    await screener(
      Array.from({ length: 300 }, (_, digit) => [digit]),
      [],
      1,
    );
    expect(requests).toEqual([150, 150]);
  });

  it('keeps as many as are wanted', async () => {
    expect((await screen().screener(CANDIDATES, [], 4)).kept).toHaveLength(4);
    expect((await screen().screener(CANDIDATES.slice(0, 1), [], 4)).kept).toEqual([[0, 0, 1]]);
  });

  it('resumes after an interruption as if there had been none', async () => {
    const whole = await screen().screener(CANDIDATES, [], 1);
    for (const failing of ['001', '012', '023', '333']) {
      const first = screen([], failing);
      await expect(first.screener(CANDIDATES, [], 1)).rejects.toThrow('interrupted');
      const resumed = screen(first.entries);
      expect(await resumed.screener(CANDIDATES, [], 1)).toEqual(whole);
      expect([...first.measured, ...resumed.measured].sort()).toEqual(['001', '012', '023', '333']);
    }
  });

  it('counts the cost of a candidate in one turn only, and measures nothing that was evaluated', async () => {
    const recorded: MeasurementEvent[] = [
      { type: 'screened', genotype: '001', parts: { synflow: 1 }, seconds: 9, flops: 9 },
      { type: 'proposed', turn: 0, phase: 'guided', genotypes: ['012'] },
      {
        type: 'evaluated',
        genotype: '012',
        seed: 1,
        outcome: { evaluation: evaluationOf(1), parts: { synflow: 3, rmi: 1 } },
      },
    ];
    const { screener, measured } = screen(recorded);
    const { screened } = await screener(CANDIDATES, [], 1);
    expect(screened).toEqual({ measured: 2, skipped: 3, seconds: 1, flops: 6 });
    expect([...measured].sort()).toEqual(['023', '333']);
  });
});
