import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import { getSpace } from '../support/spaces.js';
import { describeSpace } from './conformance.js';
import { digits, readFixture } from './fixture.js';

const everything = Array.from({ length: 3 ** 8 }, (_, number) => number.toString(3).padStart(8, '0'));
const canonical = (text: string) => nasBenchMacro.print(nasBenchMacro.canonical(digits(text)));

describeSpace(nasBenchMacro);

describe('nas-bench-macro', () => {
  it('is found by its name', () => {
    expect(getSpace('nas-bench-macro')).toBe(nasBenchMacro);
  });

  it('gives the forest the numbers of the blocks, as XNAS does', () => {
    expect(digits('01201201').map((category, slot) => nasBenchMacro.features[slot]?.[category])).toEqual(
      [0, 1, 2, 0, 1, 2, 0, 1].map((number) => [number]),
    );
  });

  it('agrees with XNAS on 20 ballots of 1 to 50 voters, full of ties', () => {
    const { cases } = readFixture<{ cases: { voters: string[]; elected: string }[] }>('nas-bench-macro/votes.json');
    const elected = cases.map(({ voters }) =>
      nasBenchMacro.vote(voters.map(digits), { method: 'sum', edgeRank: 'votes' }).join(''),
    );
    expect(elected).toHaveLength(20);
    expect(elected).toEqual(cases.map((ballot) => ballot.elected));
  });

  it.each([
    ['0120120', 'it has 7 characters, not 8'],
    ['01201203', 'its blocks must be 0, 1 or 2'],
    ['0120 201', 'its blocks must be 0, 1 or 2'],
    ['[0 1 2 0 1 2 0 1]', 'it has 17 characters, not 8'],
    ['٠١٢٠١٢٠١', 'its blocks must be 0, 1 or 2'],
  ])('refuses %j', (wrong, problem) => {
    expect(() => nasBenchMacro.parse(wrong)).toThrow(UsageError);
    expect(() => nasBenchMacro.parse(wrong)).toThrow(problem);
  });
});

describe('nas-bench-macro: isomorphic architectures', () => {
  it.each([
    ['11101111', '11110111'],
    ['11111102', '11111120'],
    ['00002201', '00020210'],
  ])('%s = %s: an identity has no effect in a layer that keeps the shape', (one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it.each([
    ['01111111', '10111111', 'the first block of a stage changes the shape'],
    ['11111211', '11112111', 'stages differ'],
    ['11121111', '11112111', 'the order of blocks changes the function'],
    ['11011111', '11101111', 'an identity that changes the shape is a convolution'],
  ])('%s, %s: %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });

  it('leave the 3,969 different architectures of the benchmark', () => {
    expect(new Set(everything.map(canonical)).size).toBe(3969);
  });

  const data = process.env.RMINAS_TEST_DATA;
  it.skipIf(data === undefined)('are those with equal results in the benchmark (needs RMINAS_TEST_DATA)', () => {
    const file = join(data ?? '', 'nas-bench-macro/nas-bench-macro_cifar10.json');
    const table = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(table).sort()).toEqual(everything);
    const figures = (text: string) => JSON.stringify(table[text]);
    expect(everything.map((text) => figures(canonical(text)))).toEqual(everything.map(figures));
    expect(new Set(everything.map(figures)).size).toBe(3969);
  });
});
