import { expect, test } from 'vitest';

// A script's module, which has no types.
const file: string = new URL('../../scripts/bench/search/trajectory.mjs', import.meta.url).href;
const { compareTrajectories, describe } = await import(file);

interface Seen {
  readonly genotype: string;
  readonly loss: number;
  readonly stopped?: number | null;
}

function searched(seen: readonly Seen[], { threshold = 1, genotype = 'a' } = {}) {
  const observed = seen.map((one) => ({ stopped: null, ...one, status: { threshold } }));
  return { observed, finished: { genotype } };
}

const plain = searched([
  { genotype: 'a', loss: 0.5 },
  { genotype: 'b', loss: 1.5 },
  { genotype: 'c', loss: 0.8 },
]);

test('a search that stops bad trainings has the same trajectory, regardless of the loss at the stop', () => {
  const stopped = searched([
    { genotype: 'a', loss: 0.5 },
    { genotype: 'b', loss: 3, stopped: 5 },
    { genotype: 'c', loss: 0.8 },
  ]);
  const comparison = compareTrajectories(plain, stopped);
  expect(comparison).toEqual({ same: true, largest: 0, label: null, parted: null });
  expect(describe(comparison, plain, stopped)).toContain('the same 3 architectures in the same order');
});

test('the first differing label and proposal are reported, with the losses', () => {
  const other = searched(
    [
      { genotype: 'a', loss: 0.55 },
      { genotype: 'b', loss: 0.9 },
      { genotype: 'd', loss: 0.8 },
    ],
    { genotype: 'd' },
  );
  const comparison = compareTrajectories(plain, other);
  expect(comparison.same).toBe(false);
  expect(comparison.largest).toBeCloseTo(0.4);
  expect(comparison.label).toMatchObject({ index: 1, genotype: 'b', losses: [1.5, 0.9], good: [false, true] });
  expect(comparison.parted).toEqual({ index: 2, genotypes: ['c', 'd'] });
  expect(describe(comparison, plain, other)).toEqual([
    'another final architecture: d instead of a',
    'largest relative difference of a loss, of trainings to the end: 4.0e-1',
    'first label that differs: number 1, b: bad (1.50000, threshold 1.00000), then good (0.90000, threshold 1.00000)',
    'first proposal that differs: number 2: c and d',
  ]);
});

test('a search that ends earlier differs from its end on', () => {
  const shorter = searched(plain.observed.slice(0, 2));
  expect(compareTrajectories(plain, shorter).parted).toEqual({ index: 2, genotypes: [] });
});

test('losses that are infinite in both do not differ', () => {
  const diverged = searched([{ genotype: 'a', loss: Number.POSITIVE_INFINITY }]);
  expect(compareTrajectories(diverged, diverged).largest).toBe(0);
});
