import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { mb } from '../../src/spaces/mb/space.js';
import { getSpace } from '../support/spaces.js';
import { describeSpace } from './conformance.js';
import { digits, readFixture } from './fixture.js';

const text =
  "['3x3_MBConv3', '5x5_MBConv6', 'Zero', 'Zero', '3x3_MBConv1', 'Zero', '7x7_MBConv3', '7x7_MBConv6', " +
  "'3x3_MBConv6', '5x5_MBConv3', 'Zero', '5x5_MBConv3', '5x5_MBConv6', 'Zero', 'Zero', 'Zero', " +
  "'7x7_MBConv6', '3x3_MBConv3', '3x3_MBConv3', 'Zero']";

describeSpace(mb);

describe('mb', () => {
  it('is found by its name', () => {
    expect(getSpace('mb')).toBe(mb);
  });

  it("reads and prints the archive's genotype", () => {
    expect(mb.parse(text).join('')).toBe('03666645' + '1262' + '3666' + '5006');
    expect(mb.print(mb.parse(text))).toBe(text);
  });

  it('has 7^20 genotypes and gives the forest 20 × 7 columns', () => {
    expect(mb.size).toBe(7 ** 20);
    expect(mb.size).toBeGreaterThan(2 ** 53);
    expect(mb.features.map((rows) => rows[6])).toEqual(new Array(20).fill([0, 0, 0, 0, 0, 0, 1]));
  });

  it('agrees with RF_suggest on 20 ballots of 1 to 50 voters, full of ties', () => {
    const { cases } = readFixture<{ cases: { voters: string[]; elected: string }[] }>('mb/votes.json');
    const elected = cases.map(({ voters }) =>
      mb.vote(voters.map(digits), { method: 'sum', edgeRank: 'votes' }).join(''),
    );
    expect(elected).toHaveLength(20);
    expect(elected).toEqual(cases.map((ballot) => ballot.elected));
  });

  it.each([
    [
      text.replace("'5x5_MBConv6'", "'3x3_MBConv1'"),
      'block 2 has no operation "3x3_MBConv1"; the nearest that it has is "3x3_MBConv3"',
    ],
    [text.replace("'3x3_MBConv1'", "'Zero'"), 'block 5 has no operation "Zero"'],
    [text.replace("'3x3_MBConv3', ", ''), 'it has 19 blocks, not 20'],
    [text.replace("'3x3_MBConv3', ", "'3x3_MBConv3',"), 'it must be a list of operations'],
    [text.replaceAll("'", '"'), 'it must be a list of operations'],
    ['[]', 'it must be a list of operations'],
  ])('refuses %s', (wrong, problem) => {
    expect(() => mb.parse(wrong)).toThrow(UsageError);
    expect(() => mb.parse(wrong)).toThrow(problem);
  });
});

describe('mb: isomorphic architectures', () => {
  const canonical = (encoding: string) => mb.canonical(digits(encoding)).join('');

  it('differ in the positions of missing blocks', () => {
    expect(canonical('0161' + '2663' + '6665' + '6666' + '1234')).toBe('0116' + '2366' + '6566' + '6666' + '1234');
  });

  it('have the same first blocks and the same order of blocks', () => {
    expect(canonical('6012' + '6021' + '0660' + '1111' + '5432')).toBe('6012' + '6021' + '0066' + '1111' + '5432');
  });
});
