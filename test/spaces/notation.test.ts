import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchmarkNamed, normalArchitecture } from '../../src/benchmarks/benchmark.js';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { planNewRetraining } from '../../src/jobs/retrain/plan.js';
import { createRandom } from '../../src/random/random.js';
import { tidyNotation } from '../../src/spaces/notation.js';
import { getSpace } from '../support/spaces.js';
import { readFixture } from './fixture.js';

const read = (file: string) => readFileSync(new URL(`../fixtures/cases/genotypes/${file}`, import.meta.url), 'utf8');
const normal = readFixture<Record<string, { normal: string; files: string[] }>>('cases/genotypes/normal.json');
const written = Object.entries(normal).flatMap(([space, { normal: expected, files }]) =>
  files.map((file) => [file, space, expected] as const),
);
const normalForm = (space: string, text: string) => BUILT_IN.spaces.get(space, 'the test').retraining.normalForm(text);
const retrain = async (genotype: string) => {
  const { plan } = await planNewRetraining({ genotype });
  return plan;
};
const nb201 = benchmarkNamed('nas-bench-201');

describe('a genotype as people have it', () => {
  it.each(written)('in %s has one normal form in %s', (file, space, expected) => {
    expect(normalForm(space, read(file))).toBe(expected);
  });

  it.each(written)('in %s is retrained in its normal form', async (file, space, expected) => {
    const { retraining, settings } = await retrain(read(file));
    expect(retraining).toMatchObject({ space, genotype: expected });
    expect(settings.get('TRAIN.GENOTYPE')?.value).toEqual({ type: 'str', value: expected });
  });

  it.each(normal['nas-bench-201']?.files ?? [])('in %s is found in the benchmark', (file) => {
    expect(normalArchitecture(nb201, read(file))).toBe(normal['nas-bench-201']?.normal);
  });

  it.each([
    ["['3x3_MBConv3',\"Zero\" ,\n 'Zero',]", "['3x3_MBConv3', 'Zero', 'Zero']"],
    ['  01201201\n', '01201201'],
    ['width=16,depth=2', 'width=16,depth=2'],
    ['“|none~0| + |none~0|none~1|”', '|none~0|+|none~0|none~1|'],
    ["arch_str = '|none~0|'  # the best", '|none~0|'],
    ['genotypes.Genotype(normal=[])', 'Genotype(normal=[])'],
  ])('%j becomes %j', (text, tidy) => {
    expect(tidyNotation(text)).toBe(tidy);
  });

  it.each(BUILT_IN.spaces.names)('stays as it is when %s prints it', (name) => {
    const { print, sample } = getSpace(name);
    const random = createRandom(7, 'notation-test', 0);
    for (let draw = 0; draw < 50; draw += 1) {
      const text = print(sample(random));
      expect(tidyNotation(text)).toBe(text);
      expect(normalForm(name, text)).toBe(text);
    }
  });
});

describe("NASNet's genotype, of five nodes", () => {
  const text = read('darts_nasnet_five_steps.txt').trim();

  it('is retrained as it is written', async () => {
    const { retraining } = await retrain(text);
    expect(retraining).toMatchObject({ space: 'darts', genotype: text, network: { channels: 36, cells: 20 } });
    expect(normalForm('darts', text.replace('[2, 3, 4, 5, 6]', 'range(2, 7)'))).toBe(text);
  });

  it('is not in the space of a search', () => {
    expect(() => getSpace('darts').parse(text)).toThrow('normal_concat must be [2, 3, 4, 5]');
  });
});

describe('a genotype that no network can be built from', () => {
  it('shows the notation of the benchmark', () => {
    expect(() => normalArchitecture(nb201, read('nb201_naslib_tuple.txt'))).toThrow(
      expect.objectContaining({
        code: 'invalid-genotype',
        message: expect.not.stringContaining('nearest'),
        nextSteps: expect.arrayContaining([expect.stringContaining('|nor_conv_3x3~0|+|')]),
      }),
    );
  });

  it.each([
    [
      'a node that is not there',
      read('darts_nasnet_five_steps.txt').replace('[4, 5, 6]', '[4, 5, 7]'),
      'reduce_concat must list nodes from 2 to 6, each once at most, but it is [4,5,7]',
    ],
    [
      'a huge range of nodes',
      read('darts_nasnet_five_steps.txt').replace('[4, 5, 6]', 'range(2, 999999999999)'),
      'but it is range(2,999999999999)',
    ],
    [
      'half a node',
      read('darts_nasnet_five_steps.txt').replace("('sep_conv_5x5', 1), ", ''),
      'normal has 9 edges, not two for each node',
    ],
    [
      'an edge that leads elsewhere',
      read('darts_fairdarts_3tuple.txt').replace("('sep_conv_3x3', 3, 0)", "('sep_conv_3x3', 1, 0)"),
      "the edge ('sep_conv_3x3',1,0) of normal leads to an input of the cell",
    ],
  ])('has %s, and the refusal describes the supported cells', async (_, text, problem) => {
    await expect(retrain(text)).rejects.toMatchObject({
      code: 'invalid-genotype',
      message: expect.stringContaining(problem),
      nextSteps: expect.arrayContaining([expect.stringContaining('four nodes with two edges each')]),
    });
  });
});
