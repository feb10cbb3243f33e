import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import type { Encoding } from '../../src/spaces/space.js';
import { createRegularizedEvolution, type EvolutionSettings } from '../../src/strategies/regularized-evolution.js';
import type { Observation } from '../../src/strategies/strategy.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import { BASELINE_SETTINGS } from './baseline-settings.js';
import { runStrategy } from './conformance.js';
import { NO_CURVE } from './no-curve.js';

const space = createTinySpace(4, 5);
const evolution = (changes: Partial<EvolutionSettings> = {}) =>
  createRegularizedEvolution({ space, settings: { ...BASELINE_SETTINGS, ...changes } });

/** A loss without a gradient towards the minimum. */
const lossOf = (encoding: Encoding) => createRandom(3, `loss of ${encoding}`, 0).below(1000);
const distance = (a: Encoding, b: Encoding) => a.filter((category, slot) => category !== b[slot]).length;

function observed(encodings: readonly string[], losses: readonly number[]): Observation[] {
  return encodings.map((text, index) => ({
    phase: 'warm-up',
    encoding: space.parse(text),
    loss: losses[index] ?? 0,
    ...NO_CURVE,
  }));
}

/** The first child after a history, for many seeds. */
async function children(history: readonly Observation[], changes: Partial<EvolutionSettings>): Promise<Encoding[]> {
  const seeds = Array.from({ length: 900 }, (_, seed) => seed);
  const asks = await Promise.all(
    seeds.map((seed) => evolution({ ...changes, seed, warmup: history.length }).ask(history, 1)),
  );
  return asks.flatMap((ask) => (ask.kind === 'evaluate' ? ask.encodings : []));
}

describe('regularized evolution', () => {
  it('draws at random where no architecture has neighbours', async () => {
    const alone = { ...space, neighbours: () => [] };
    const settings = { ...BASELINE_SETTINGS, cap: 20 };
    const { history } = await runStrategy(createRegularizedEvolution({ space: alone, settings }), lossOf, 1);
    expect(new Set(history.map(({ encoding }) => encoding.join())).size).toBe(20);
  });

  it('follows the algorithm of the paper, written with a queue', async () => {
    const { history } = await runStrategy(evolution({ cap: 80 }), lossOf, 1);
    const queue = history.slice(2, 10).map(({ encoding, loss }) => ({ encoding: [...encoding], loss }));
    const lived = new Set(history.slice(0, 10).map(({ encoding }) => encoding.join()));
    for (let age = 10; age < 80; age += 1) {
      const random = createRandom(7, 'evolution', age);
      let child: number[] = [];
      do {
        let [parent] = [queue[random.below(8)]];
        for (let rival = 1; rival < 3; rival += 1) {
          const other = queue[random.below(8)];
          if ((other?.loss ?? 0) < (parent?.loss ?? 0)) parent = other;
        }
        child = [...(parent?.encoding ?? [])];
        const mutation = random.below(5 * 3);
        const others = [0, 1, 2, 3].filter((category) => category !== child[Math.floor(mutation / 3)]);
        child[Math.floor(mutation / 3)] = others[mutation % 3] ?? 0;
      } while (lived.has(child.join()));
      expect(history[age]?.encoding).toEqual(child);
      lived.add(child.join());
      queue.push({ encoding: child, loss: lossOf(child) });
      queue.shift();
    }
  });

  it('removes the oldest architecture, also when it is the best', async () => {
    const history = observed(['00000', '11111', '22222', '33333'], [1, 7, 8, 9]);
    const young = await children(history, { population: 3, sample: 20 });
    expect(young.every((child) => distance(child, [1, 1, 1, 1, 1]) === 1)).toBe(true);
    const all = await children(history, { population: 4, sample: 20 });
    expect(all.filter((child) => distance(child, [0, 0, 0, 0, 0]) === 1).length).toBeGreaterThan(880);
  });

  it('draws rivals with replacement and every mutation of the best with equal probability', async () => {
    const texts = ['00000', '11111', '22222', '33333'];
    const born = await children(observed(texts, [1, 2, 3, 4]), { population: 4, sample: 2 });
    const shares = texts.map(
      (text) => born.filter((child) => distance(child, space.parse(text)) === 1).length / born.length,
    );
    // Of 16 pairs, 7 contain the best; in 5 others the second best wins, and so on.
    for (const [rank, expected] of [7, 5, 3, 1].entries()) expect(shares[rank]).toBeCloseTo(expected / 16, 1);
    const slots = [0, 1, 2, 3, 4].map((slot) => born.filter((child) => child[slot] !== child[(slot + 1) % 5]).length);
    for (const count of slots) expect(count / born.length).toBeCloseTo(2 / 5, 1);
  });

  it('draws at random when all children are known', async () => {
    const parent = space.parse('00000');
    const lived = [...space.neighbours(parent), parent].map((encoding) => space.print(encoding));
    const born = await children(observed(lived, []), { population: 1, sample: 1 });
    expect(born.every((child) => distance(child, parent) > 1)).toBe(true);
    expect(new Set(born.map(String)).size).toBeGreaterThan(300);
  });

  it('proposes as many different children in a turn as the capacity allows', async () => {
    const { turns } = await runStrategy(evolution({ cap: 24 }), lossOf, 4);
    expect(turns).toEqual([10, 4, 4, 4, 2]);
  });

  it.each([{ population: 0 }, { sample: 0.5 }, { sample: Number.NaN }])('refuses %j', (changes) => {
    expect(() => evolution(changes)).toThrow(UsageError);
    expect(() => evolution(changes)).toThrow(Object.keys(changes)[0]);
  });
});
