import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateOf, stress } from '../../src/objectives/aggregate.js';
import { ACCURACY } from '../../src/objectives/benchmark.js';
import { createObjective, type ProxyValues, type WeightedProxy } from '../../src/objectives/index.js';
import type { Measured } from '../../src/objectives/objective.js';

const LOSS: WeightedProxy = { name: 'rmi@50', direction: 'lower', needs: 'training', weight: 1 };
const FLOW: WeightedProxy = { name: 'synflow', direction: 'higher', needs: 'nothing', weight: 0.5 };
const PROXIES = [LOSS, FLOW];

const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
const measurement = fc.record({ 'rmi@50': value, synflow: value });
const measurements = fc.array(measurement, { minLength: 1, maxLength: 30 });

function historyOf(measured: readonly ProxyValues[]): Measured[] {
  return measured.map((proxyValues) => ({ proxyValues, loss: 1 }));
}

const aggregate = (reference: number) => createObjective({ kind: 'aggregate', proxies: PROXIES }, { reference });
const lossesOf = (measured: readonly ProxyValues[], reference: number) =>
  aggregate(reference)
    .score(historyOf(measured))
    .map(({ loss }) => loss);

describe('the stress of a rank', () => {
  it('grows faster for worse ranks, and is finite for the worst', () => {
    const stresses = [0.5, 1, 50, 99, 100, 100.5].map((rank) => stress(rank, 100));
    expect(stresses).toEqual([...stresses].sort((a, b) => a - b));
    expect([stress(1, 100), stress(2, 4), stress(4, 4)]).toEqual([0, Math.log(4 / 3), Math.log(4)]);
    expect(stress(100, 100) - stress(99, 100)).toBeGreaterThan(stress(2, 100) - stress(1, 100));
    expect(stress(100.5, 100)).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('the aggregate', () => {
  it('is the weighted sum of the stressed ranks', () => {
    const measured = [
      { 'rmi@50': 1, synflow: 10 },
      { 'rmi@50': 2, synflow: 30 },
      { 'rmi@50': 3, synflow: 20 },
    ];
    expect(lossesOf(measured, 3)).toEqual([
      stress(1, 3) + 0.5 * stress(3, 3),
      stress(2, 3) + 0.5 * stress(1, 3),
      stress(3, 3) + 0.5 * stress(2, 3),
    ]);
  });

  it('does not change values once the reference set is complete', () => {
    fc.assert(
      fc.property(measurements, measurements, (first, more) => {
        const before = lossesOf(first, first.length);
        expect(lossesOf([...first, ...more], first.length).slice(0, first.length)).toEqual(before);
        // Architectures beyond the reference set have no influence either.
        const alone = more.map((one) => lossesOf([...first, one], first.length).at(-1));
        expect(lossesOf([...first, ...more], first.length).slice(first.length)).toEqual(alone);
      }),
    );
  });

  it('looks at each architecture once when the history grows beyond the reference set', () => {
    let reads = 0;
    const counting = (synflow: number): ProxyValues => ({
      'rmi@50': synflow,
      get synflow() {
        reads += 1;
        return synflow;
      },
    });
    const objective = aggregate(10);
    const history = historyOf(Array.from({ length: 60 }, (_, index) => counting(index % 7)));
    const losses = history.map((_, index) => objective.score(history.slice(0, index + 1)).map(({ loss }) => loss));
    expect(losses.at(-1)).toEqual(
      lossesOf(
        history.map(({ proxyValues }) => ({ ...proxyValues })),
        10,
      ),
    );
    reads = 0;
    objective.score(history);
    expect(reads).toBe(0);
  });

  it('never improves when a proxy becomes worse', () => {
    fc.assert(
      fc.property(
        measurements,
        measurement,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (known, one, flow) => {
          const of = aggregateOf(PROXIES, known);
          const changed = of({ ...one, synflow: flow });
          if (one.synflow === null || flow >= one.synflow) expect(changed).toBeLessThanOrEqual(of(one));
          else expect(changed).toBeGreaterThanOrEqual(of(one));
        },
      ),
    );
  });

  it('gives equal values equal losses, and scoring twice changes nothing', () => {
    fc.assert(
      fc.property(measurements, fc.nat(30), (measured, reference) => {
        const history = historyOf([...measured, ...measured]);
        const scored = aggregate(reference + 1).score(history);
        expect(aggregate(reference + 1).score(scored)).toEqual(scored);
        measured.forEach((_, index) => {
          expect(scored[index]?.loss).toBe(scored[index + measured.length]?.loss);
        });
      }),
    );
  });

  it('ranks a missing value as the worst, and counts an architecture without any value as failed', () => {
    const measured = [
      { 'rmi@50': 1, synflow: 1 },
      { 'rmi@50': null, synflow: 2 },
      { 'rmi@50': Number.NaN, synflow: null },
      {},
    ];
    const losses = lossesOf(measured, 4);
    expect(losses[1]).toBe(stress(4.5, 4) + 0.5 * stress(1, 4));
    expect(losses.slice(2)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('screens by proxies that need no batch, or without any by those that need no training', () => {
    const screenedBy = (...proxies: WeightedProxy[]) =>
      createObjective({ kind: 'aggregate', proxies }, { reference: 2 }).screening?.proxies;
    const batch: WeightedProxy = { name: 'zico', direction: 'higher', needs: 'batch', weight: 1 };
    expect(screenedBy(LOSS, FLOW, batch)).toEqual(['synflow']);
    expect(screenedBy(LOSS, batch)).toEqual(['zico']);
  });

  it('screens against the same reference set', () => {
    const { screening, trains, proxies, isLoss } = aggregate(2);
    expect({ trains, proxies, isLoss }).toEqual({ trains: true, proxies: ['rmi@50', 'synflow'], isLoss: false });
    expect(screening?.proxies).toEqual(['synflow']);
    const history = historyOf([{ synflow: 1 }, { synflow: 3 }, { synflow: 100 }]);
    const scores = screening?.score(history, [{ synflow: 2 }, { synflow: 3 }]);
    expect(scores).toEqual([0.5 * stress(1.5, 2), 0.5 * stress(1, 2)]);
    const trained = createObjective({ kind: 'aggregate', proxies: [LOSS] }, { reference: 2 });
    expect(trained.screening).toBeNull();
  });
});

describe('the other objectives', () => {
  it('minimises the loss itself by default', () => {
    const history = historyOf([{}]);
    const rmi = createObjective({ kind: 'rmi' }, { reference: 1 });
    expect(rmi.score(history)).toBe(history);
    expect(rmi).toMatchObject({ name: 'rmi', isLoss: true, trains: true, screening: null });
  });

  it('minimises a proxy by its direction, and counts a missing value as failed', () => {
    const history = historyOf([{ synflow: 2 }, { synflow: 0 }, { synflow: null }, {}]);
    const higher = createObjective({ kind: 'proxy', proxy: FLOW }, { reference: 1 });
    expect(higher.score(history).map(({ loss }) => loss)).toEqual([-2, 0, Infinity, Infinity]);
    expect(higher).toMatchObject({ name: 'synflow', trains: false, proxies: ['synflow'], isLoss: false });
    expect(higher.screening?.score(history, [{ synflow: 5 }, {}])).toEqual([-5, Infinity]);
    const lower = createObjective({ kind: 'proxy', proxy: LOSS }, { reference: 1 });
    expect(lower.score(historyOf([{ 'rmi@50': 2 }, {}])).map(({ loss }) => loss)).toEqual([2, Infinity]);
    expect(lower.screening).toBeNull();
  });

  it('minimises minus the accuracy of a benchmark', () => {
    const benchmark = createObjective({ kind: 'benchmark' }, { reference: 1 });
    const scored = benchmark.score(historyOf([{ [ACCURACY]: 93.5 }, { [ACCURACY]: null }, {}]));
    expect(scored.map(({ loss }) => loss)).toEqual([-93.5, Infinity, Infinity]);
    expect(benchmark).toMatchObject({ trains: false, proxies: [], isLoss: false });
  });
});
