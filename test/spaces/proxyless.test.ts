import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import { proxyless } from '../../src/spaces/proxyless/space.js';
import { getSpace } from '../support/spaces.js';
import { describeSpace } from './conformance.js';
import { readFixture } from './fixture.js';

const text =
  '221341' + '3500' + '7300' + '5000' + '3570' + '3333' + '7' + '3600' + '6600' + '3000' + '3636' + '6666' + '3';
const fine = text.replace('3636' + '6666', '3630' + '6666');
const elect = (...voters: readonly string[]) =>
  proxyless.print(proxyless.vote(voters.map(proxyless.parse), { method: 'sum', edgeRank: 'votes' }));

describeSpace(proxyless);

describe('proxyless', () => {
  it('is found by its name', () => {
    expect(getSpace('proxyless')).toBe(proxyless);
  });

  it("reads and prints XNAS's draws", () => {
    const { samples } = readFixture<{ samples: string[] }>('proxyless/samples.json');
    expect(samples).toHaveLength(30);
    expect(samples.map((sample) => proxyless.print(proxyless.parse(sample)))).toEqual(samples);
  });

  it('counts the networks of one to four blocks a stage', () => {
    expect(proxyless.size).toBe((6 + 6 ** 2 + 6 ** 3 + 6 ** 4) ** 5 * 6);
    expect(proxyless.size).toBeGreaterThan(2 ** 53);
  });

  it('gives the forest the 48 numbers, as XNAS does', () => {
    const numbers = proxyless.parse(fine).flatMap((category, slot) => proxyless.features[slot]?.[category] ?? []);
    expect(numbers).toEqual(Array.from(fine, Number));
  });

  it('draws depths, kernel sizes and expansions equally often', () => {
    const random = createRandom(3, 'proxyless', 0);
    const draws = Array.from({ length: 6000 }, () => proxyless.print(proxyless.sample(random)));
    const count = (place: number, digit: string) => draws.filter((draw) => draw[place] === digit).length;
    // Within five standard deviations: a depth of the first stage, and the kernel size and expansion of its first block.
    for (const depth of '1234') expect(Math.abs(count(0, depth) - 1500)).toBeLessThan(5 * Math.sqrt(1125));
    for (const kernel of '357') expect(Math.abs(count(6, kernel) - 2000)).toBeLessThan(5 * Math.sqrt(1334));
    for (const expansion of '36') expect(Math.abs(count(27, expansion) - 3000)).toBeLessThan(5 * Math.sqrt(1500));
    expect(Math.abs(count(9, '0') - 4500)).toBeLessThan(5 * Math.sqrt(1125));
    expect(count(5, '1')).toBe(draws.length);
  });

  it.each([
    [text, 'the expansion of block 4 of stage 4, whose depth is 3, is 6, not 0'],
    [fine.replace('221341', '221342'), 'the depth of stage 6 is 2, not 1'],
    [fine.replace('221341', '021341'), 'the depth of stage 1 is 0, not 1 to 4'],
    [fine.replace('221341', '225341'), 'the depth of stage 3 is 5, not 1 to 4'],
    [
      fine.replace('3413500', '3413000'),
      'the kernel size of block 2 of stage 1, whose depth is 2, is 0, not 3 or 5 or 7',
    ],
    [fine.replace('3413500', '3413530'), 'the kernel size of block 3 of stage 1, whose depth is 2, is 3, not 0'],
    [
      fine.replace('3413500', '3413400'),
      'the kernel size of block 2 of stage 1, whose depth is 2, is 4, not 3 or 5 or 7',
    ],
    [`${fine.slice(0, -1)}5`, 'the expansion of block 1 of stage 6, whose depth is 1, is 5, not 3 or 6'],
    [fine.slice(1), 'it must be 48 digits'],
    [Array.from(fine).join(' '), 'it must be 48 digits'],
  ])('refuses %s', (wrong, problem) => {
    expect(() => proxyless.parse(wrong)).toThrow(UsageError);
    expect(() => proxyless.parse(wrong)).toThrow(problem);
  });
});

describe('proxyless: the vote', () => {
  /** A network with one block in each stage, except for the first stage, which the arguments describe. */
  const network = (kernels: string, expansions: string) => {
    const others = (digit: string) => `${`${digit}000`.repeat(4)}${digit}`;
    return `${kernels.replaceAll('0', '').length}11111${kernels}${others('3')}${expansions}${others('6')}`;
  };

  it('counts depths among all voters, and a block among the voters that have it', () => {
    const elected = elect(
      network('5770', '6660'),
      network('5700', '3600'),
      network('3500', '6300'),
      network('7000', '6000'),
    );
    expect(elected).toBe(network('5700', '6600'));
  });

  it('counts the votes of deeper networks for the blocks of a shallower result', () => {
    expect(elect(network('3000', '3000'), network('5000', '6000'), network('5377', '6666'))).toBe(
      network('5000', '6000'),
    );
  });

  it('gives ties to the shallowest, the smallest kernel and the smallest expansion', () => {
    expect(elect(network('7700', '6300'), network('3577', '3666'))).toBe(network('3500', '3300'));
  });
});
