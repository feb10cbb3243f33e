import { describe, expect, it } from 'vitest';
import { darts } from '../../src/spaces/darts/space.js';
import type { EdgeRank } from '../../src/spaces/space.js';
import { createForest } from '../../src/strategies/forest.js';
import type { Observation } from '../../src/strategies/strategy.js';
import { frequencySurrogate } from '../strategies/frequency-surrogate.js';
import { NO_CURVE } from '../strategies/no-curve.js';
import { digits, readFixture } from './fixture.js';

interface Golden {
  readonly thresholdRate: number;
  readonly threshold: number;
  readonly encodings: readonly string[];
  readonly losses: readonly number[];
  readonly elected: string;
  readonly genotype: string;
}

const elect = (voters: readonly string[], edgeRank: EdgeRank) =>
  darts.vote(voters.map(digits), { method: 'sum', edgeRank }).join('');

describe('darts: the vote that ranks edges by the number of the operation', () => {
  const { vote } = readFixture<{ vote: Golden }>('darts/golden.json');
  const history = vote.encodings.map(
    (encoding, index): Observation => ({
      phase: 'warm-up',
      encoding: digits(encoding),
      loss: vote.losses[index] ?? 0,
      ...NO_CURVE,
    }),
  );
  const strategyFor = (edgeRank: EdgeRank) =>
    createForest({
      space: darts,
      surrogate: frequencySurrogate,
      settings: {
        warmup: history.length,
        thresholdRate: vote.thresholdRate,
        successes: 1,
        candidates: 10,
        answer: 'vote',
        vote: 'sum',
        edgeRank,
        voters: 50,
        cap: 100,
        futility: false,
        seed: 1,
      },
    });

  it('has the threshold, the cell and the genotype of XNAS', () => {
    const strategy = strategyFor('operation-index');
    expect(strategy.status(history).threshold).toBe(vote.threshold);
    const { encoding } = strategy.answer(history);
    expect(encoding.join('')).toBe(vote.elected);
    expect(darts.print(encoding)).toBe(vote.genotype);
  });

  it('can differ from the vote by votes', () => {
    expect(strategyFor('votes').answer(history).encoding.join('')).not.toBe(vote.elected);
  });

  it('agrees with XNAS on 40 ballots of 1 to 50 voters, full of ties', () => {
    const { cases } = readFixture<{ cases: { voters: string[]; elected: string }[] }>('darts/votes.json');
    expect(cases).toHaveLength(40);
    expect(cases.map(({ voters }) => elect(voters, 'operation-index'))).toEqual(cases.map(({ elected }) => elected));
  });

  it('can overrule a single voter', () => {
    const { cases } = readFixture<{ cases: { voters: string[]; elected: string }[] }>('darts/votes.json');
    const [first] = cases;
    expect(first?.voters).toHaveLength(1);
    expect(first?.elected).not.toBe(first?.voters[0]);
    expect(elect(first?.voters ?? [], 'votes')).toBe(first?.voters[0]);
  });
});

describe('darts: the vote that ranks edges by votes', () => {
  /** The elected edges of node 5. The texts are its five edges; all voters agree on the other nodes. */
  const electForLast = (edges: readonly string[], edgeRank: EdgeRank) =>
    elect(
      edges.map((text) => `333373377${text}`),
      edgeRank,
    ).slice(9);

  it('keeps the edges whose winners have the most votes', () => {
    const voters = ['00777', '00777', '07776'];
    expect(electForLast(voters, 'votes')).toBe('00777');
    expect(electForLast(voters, 'operation-index')).toMatch(/6$/);
  });

  it('gives ties to the lowest operation and the lowest source', () => {
    expect(electForLast(['10777', '01777'], 'votes')).toBe('00777');
    expect(electForLast(['77722', '11777'], 'votes')).toBe('11777');
  });
});
