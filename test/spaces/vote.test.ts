import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import type { VoteMethod } from '../../src/spaces/space.js';
import { vote } from '../../src/spaces/vote.js';

interface Case {
  readonly voters: readonly string[];
  readonly sum: string;
  readonly greedy: string;
}

const fixture = new URL('../fixtures/nas-bench-201/votes.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: readonly Case[] };
const space = { name: 'six', slots: [5, 5, 5, 5, 5, 5], voteMethods: ['sum', 'greedy'] } as const;
const outcome = (voters: readonly string[], method: VoteMethod) =>
  vote(
    space,
    voters.map((voter) => Array.from(voter, Number)),
    method,
  ).join('');

describe('vote', () => {
  it.each(['sum', 'greedy'] as const)('%s agrees with XNAS on 48 ballots full of ties', (method) => {
    expect(cases).toHaveLength(48);
    expect(cases.map(({ voters }) => outcome(voters, method))).toEqual(cases.map((ballot) => ballot[method]));
  });

  it('sum takes the lowest of tied categories', () => {
    expect(outcome(['400000', '300000'], 'sum')).toBe('300000');
  });

  it('greedy follows the voters that agree with the slot before, not the majority', () => {
    const voters = ['111111', '122222', '100000', '233333', '233333'];
    expect(outcome(voters, 'greedy')).toBe('100000');
    expect(outcome(voters, 'sum')).toBe('133333');
  });

  it('greedy breaks ties by the votes of all voters', () => {
    expect(outcome(['100000', '111111', '211111'], 'greedy')).toBe('111111');
  });

  it('needs at least one voter', () => {
    expect(() => vote(space, [], 'sum')).toThrow(RangeError);
  });

  it('needs a method that the space supports', () => {
    const onlySum = { ...space, voteMethods: ['sum'] } as const;
    expect(() => vote(onlySum, [[0, 0, 0, 0, 0, 0]], 'greedy')).toThrow(UsageError);
    expect(() => vote(onlySum, [], 'greedy')).toThrow('The space six has no greedy vote.');
  });
});
