import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import type { Encoding, Space } from '../../src/spaces/space.js';
import type { CommonSettings } from '../../src/strategies/common.js';
import { createLocalSearch } from '../../src/strategies/local-search.js';
import type { Observation } from '../../src/strategies/strategy.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import { BASELINE_SETTINGS } from './baseline-settings.js';
import { runStrategy } from './conformance.js';

const space = createTinySpace(3, 5);
const localSearch = (changes: Partial<CommonSettings> = {}, within: Space = space) =>
  createLocalSearch({ space: within, settings: { ...BASELINE_SETTINGS, ...changes } });

/** A loss with many local minima. */
const rugged = (encoding: Encoding) => createRandom(3, `loss of ${encoding}`, 0).below(1000);
const distance = (a: Encoding, b: Encoding) => a.filter((category, slot) => category !== b[slot]).length;
const lowest = (observations: readonly Observation[]) =>
  observations.reduce((best, each) => (each.loss < best.loss ? each : best));

/** Runs the published algorithm with a position and a pool, and checks that the history is what it evaluates. */
function follow(history: readonly Observation[], warmup: number): { moves: number; restarts: number } {
  const pool = history.slice(0, warmup);
  const rest = history.slice(warmup);
  let place = lowest(pool);
  let [moves, restarts] = [0, 0];
  while (rest.length > 0) {
    const near = (each: Observation) => distance(each.encoding, place.encoding) === 1;
    const missing = 5 * 2 - pool.filter(near).length;
    const evaluated = rest.splice(0, missing);
    // All missing neighbours up to the cap. None occurs twice, so these are all.
    expect(evaluated.filter(near)).toHaveLength(evaluated.length);
    pool.push(...evaluated);
    if (evaluated.length < missing) break;
    const best = lowest(pool.filter(near));
    if (best.loss < place.loss) {
      place = best;
      moves += 1;
    } else {
      const [restart] = rest.splice(0, 1);
      if (restart === undefined) break;
      pool.push(restart);
      place = restart;
      restarts += 1;
    }
  }
  return { moves, restarts };
}

describe('local search', () => {
  it.each([1, 3, 50])('follows the algorithm of the paper, %i at a time', async (capacity) => {
    const { history } = await runStrategy(localSearch({ cap: 200 }), rugged, capacity);
    const { moves, restarts } = follow(history, 10);
    expect(moves).toBeGreaterThan(3);
    expect(restarts).toBeGreaterThan(3);
  });

  it('evaluates neighbours in a random order that depends on the seed', async () => {
    const [first, other] = await Promise.all(
      [1, 2].map(async (seed) => {
        const start = [
          { phase: 'warm-up', encoding: [0, 0, 0, 0, 0], loss: 1, proxyValues: {}, curve: [], stopped: false },
        ] as const;
        const ask = await localSearch({ warmup: 1, seed }).ask(start, 10);
        return ask.kind === 'evaluate' ? ask.encodings.map((encoding) => encoding.join('')) : [];
      }),
    );
    expect(first).not.toEqual(other);
    expect([...(first ?? [])].sort()).toEqual(
      space
        .neighbours([0, 0, 0, 0, 0])
        .map((each) => each.join(''))
        .sort(),
    );
    expect([...(other ?? [])].sort()).toEqual([...(first ?? [])].sort());
  });

  it('finds the minimum when there is only one', async () => {
    const one = createTinySpace(3, 8);
    const { history } = await runStrategy(
      localSearch({ warmup: 1, cap: 1 + 8 * 16 }, one),
      (encoding) => encoding.reduce((sum, category) => sum + category, 0),
      1,
    );
    expect(lowest(history).loss).toBe(0);
  });

  it('restarts when no loss is finite', async () => {
    const { history } = await runStrategy(localSearch({ cap: 60 }), () => Number.POSITIVE_INFINITY, 2);
    expect(follow(history, 10).restarts).toBeGreaterThan(3);
  });
});
