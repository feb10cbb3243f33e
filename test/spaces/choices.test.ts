/** Conditional weights and neighbours of every space. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { darts } from '../../src/spaces/darts/space.js';
import { mb } from '../../src/spaces/mb/space.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import { proxyless } from '../../src/spaces/proxyless/space.js';
import type { Encoding, Space } from '../../src/spaces/space.js';
import { createTinySpace } from './tiny-space.js';

const DRAWS = 30;

function draw(space: Space): Encoding[] {
  const random = createRandom(3, 'choices', 0);
  return Array.from({ length: DRAWS }, () => space.sample(random));
}

/** The slots of the edges of each node. */
const DARTS_NODES = [
  [0, 1],
  [2, 3, 4],
  [5, 6, 7, 8],
  [9, 10, 11, 12, 13],
];
const active = (encoding: Encoding) => encoding.slice(6, 27).filter((kernel) => kernel > 0).length;
const depths = (encoding: Encoding) => encoding.slice(0, 5).map((depth) => depth + 1);

/** The probability of drawing a genotype and its number of neighbours. */
const SPACES: readonly {
  space: Space;
  probability: (encoding: Encoding) => number;
  neighbours: (encoding: Encoding) => number;
}[] = [
  { space: nasBench201, probability: () => 5 ** -6, neighbours: () => 6 * 4 },
  { space: nasBenchMacro, probability: () => 3 ** -8, neighbours: () => 8 * 2 },
  { space: mb, probability: () => 7 ** -20, neighbours: () => 20 * 6 },
  { space: createTinySpace(3, 4), probability: () => 3 ** -4, neighbours: () => 8 },
  {
    space: darts,
    // Two sources for each of four nodes, and one of seven operations on each edge.
    probability: () => 7 ** -8 / (1 * 3 * 6 * 10),
    // Another operation on one of eight edges, or an edge moved to a free source.
    neighbours: () => 8 * 6 + 2 * (0 + 1 + 2 + 3),
  },
  {
    space: proxyless,
    // All depths are equally likely, although deeper networks are more numerous.
    probability: (encoding) => 4 ** -5 * 6 ** -active(encoding),
    // Another kernel size or expansion of a block, one block less, or one more of six kinds.
    neighbours: (encoding) =>
      3 * active(encoding) +
      depths(encoding).filter((depth) => depth > 1).length +
      6 * depths(encoding).filter((depth) => depth < 4).length,
  },
];

describe.each(SPACES)('choices of $space.name', ({ space, probability, neighbours }) => {
  it('have the conditional weights of draws', () => {
    for (const encoding of draw(space)) {
      const logarithm = encoding.reduce((sum, category, slot) => {
        const weights = space.conditionalWeights(encoding.slice(0, slot));
        expect(weights).toHaveLength(space.slots[slot] ?? 0);
        return sum + Math.log((weights[category] ?? 0) / weights.reduce((total, each) => total + each));
      }, 0);
      expect(logarithm).toBeCloseTo(Math.log(probability(encoding)), 9);
    }
  });

  it('lead only to genotypes', () => {
    const random = createRandom(5, 'walks', 0);
    for (let walk = 0; walk < DRAWS; walk += 1) {
      const encoding: number[] = [];
      while (encoding.length < space.slots.length) {
        const possible = space
          .conditionalWeights(encoding)
          .flatMap((weights, category) => (weights > 0 ? [category] : []));
        encoding.push(possible[random.below(possible.length)] ?? -1);
      }
      expect(space.parse(space.print(encoding))).toEqual(encoding);
    }
  });

  it('have the expected number of neighbours, each once', () => {
    for (const encoding of draw(space)) {
      const changed = space.neighbours(encoding);
      expect(changed).toHaveLength(neighbours(encoding));
      expect(new Set([...changed, encoding].map(String)).size).toBe(changed.length + 1);
      for (const each of changed) expect(space.parse(space.print(each))).toEqual(each);
    }
  });

  it('are symmetric', () => {
    for (const encoding of draw(space).slice(0, 10)) {
      const back = space
        .neighbours(encoding)
        .map((each) => space.neighbours(each).map(String).includes(String(encoding)));
      expect(back).not.toContain(false);
    }
  });
});

describe('choices of darts', () => {
  it('leave two edges for each node', () => {
    for (const encoding of draw(darts)) {
      for (const changed of darts.neighbours(encoding)) {
        const edges = DARTS_NODES.map((slots) => slots.filter((slot) => changed[slot] !== 7).length);
        expect(edges).toEqual([2, 2, 2, 2]);
      }
    }
  });
});
