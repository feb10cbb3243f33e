import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { DARTS_EDGES, slotOf } from '../../src/spaces/darts/cell.js';
import { darts } from '../../src/spaces/darts/space.js';
import type { Encoding } from '../../src/spaces/space.js';

interface OperationEdge {
  readonly from: number;
  readonly to: number;
  readonly operation: number;
}

function encode(edges: readonly OperationEdge[]): Encoding {
  const encoding = DARTS_EDGES.map(() => 7);
  for (const edge of edges) encoding[slotOf(edge)] = edge.operation;
  return encoding;
}

const edgesOf = (encoding: Encoding): OperationEdge[] =>
  DARTS_EDGES.flatMap((edge, slot) => (encoding[slot] === 7 ? [] : [{ ...edge, operation: encoding[slot] ?? 7 }]));

/** Nodes 2 to 5, each with two edges, written as operation@source. */
function cell(...nodes: readonly string[]): Encoding {
  const edges = nodes.flatMap((text, index) =>
    text.split(' ').map((edge) => ({ operation: Number(edge[0]), from: Number(edge[2]), to: index + 2 })),
  );
  return encode(edges);
}

describe('darts: isomorphic architectures', () => {
  const chain = cell('0@0 1@1', '2@0 3@2', '4@0 5@1', '6@3 6@4');
  const pair = cell('0@0 1@1', '2@0 3@1', '4@2 5@3', '6@0 6@4');

  it.each([
    ['two nodes change places, and their consumers follow', pair, cell('2@0 3@1', '0@0 1@1', '5@2 4@3', '6@0 6@4')],
    ['a node moves before a node that is not its input', chain, cell('0@0 1@1', '4@0 5@1', '2@0 3@2', '6@4 6@3')],
    ['and before two', chain, cell('4@0 5@1', '0@0 1@1', '2@0 3@3', '6@4 6@2')],
  ])('%s', (_, one, other) => {
    expect(other).not.toEqual(one);
    expect(darts.canonical(other)).toEqual(darts.canonical(one));
  });

  it.each([
    ['the inputs change places', pair, cell('0@1 1@0', '2@1 3@0', '4@2 5@3', '6@1 6@4')],
    [
      'two nodes change places, but their consumers do not follow',
      pair,
      cell('2@0 3@1', '0@0 1@1', '4@2 5@3', '6@0 6@4'),
    ],
    ['an operation differs', pair, cell('0@0 1@1', '2@0 3@1', '4@2 5@3', '6@0 5@4')],
    [
      'a skip connection passes a node on',
      cell('0@0 1@1', '2@2 3@0', '4@3 5@0', '6@0 6@1'),
      cell('0@0 1@1', '2@2 3@0', '4@2 5@0', '6@0 6@1'),
    ],
  ])('not when %s', (_, one, other) => {
    expect(darts.canonical(other)).not.toEqual(darts.canonical(one));
  });

  it('have one canonical form for any numbering of their nodes', () => {
    let renumbered = 0;
    fc.assert(
      fc.property(fc.nat(), fc.shuffledSubarray([2, 3, 4, 5], { minLength: 4 }), (index, order) => {
        const encoding = darts.sample(createRandom(1, 'canonical', index));
        const numbers = [0, 1, ...order];
        const edges = edgesOf(encoding).map(({ from, to, operation }) => {
          return { from: numbers[from] ?? from, to: numbers[to] ?? to, operation };
        });
        fc.pre(edges.every(({ from, to }) => from < to));
        if (String(encode(edges)) !== String(encoding)) renumbered += 1;
        expect(darts.canonical(encode(edges))).toEqual(darts.canonical(encoding));
      }),
      { numRuns: 300, seed: 4 },
    );
    expect(renumbered).toBeGreaterThan(50);
  });

  it('are common: many random cells are not canonical', () => {
    const random = createRandom(2, 'canonical', 0);
    const cells = Array.from({ length: 500 }, () => darts.sample(random));
    const moved = cells.filter((encoding) => String(darts.canonical(encoding)) !== String(encoding));
    expect(moved.length).toBeGreaterThan(100);
  });
});
