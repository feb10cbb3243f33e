import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CostedLoss, paretoFront } from '../../src/search/pareto.js';

const beats = (one: CostedLoss, other: CostedLoss) =>
  one.loss <= other.loss && one.cost <= other.cost && (one.loss < other.loss || one.cost < other.cost);
const points = fc.array(fc.record({ loss: fc.nat(8), cost: fc.nat(8) }), { maxLength: 30 });

it('is what nothing else beats, by rising loss and falling cost, equal points once', () => {
  fc.assert(
    fc.property(points, (all) => {
      const front = paretoFront(all);
      const expected = all.filter((one) => !all.some((other) => beats(other, one)));
      const texts = (list: readonly CostedLoss[]) =>
        [...new Set(list.map(({ loss, cost }) => `${loss} ${cost}`))].sort();
      expect(texts(front)).toEqual(texts(expected));
      expect(texts(front)).toHaveLength(front.length);
      expect(front).toEqual(front.toSorted((a, b) => a.loss - b.loss));
      expect(front).toEqual(front.toSorted((a, b) => b.cost - a.cost));
    }),
  );
});

it('leaves out what is not finite', () => {
  const finite = { loss: 2, cost: 2 };
  expect(paretoFront([{ loss: 1, cost: Number.POSITIVE_INFINITY }, { loss: Number.NaN, cost: 1 }, finite])).toEqual([
    finite,
  ]);
});
