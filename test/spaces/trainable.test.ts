import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { createRandom } from '../../src/random/random.js';
import { spaceOfGenotype as findSpace } from '../../src/spaces/trainable.js';
import { getSpace } from '../support/spaces.js';

const SPACES = BUILT_IN.spaces.names;
const spaceOfGenotype = (text: string) => findSpace(BUILT_IN.spaces, text)?.name;
const checkTrainable = (space: string, text: string) =>
  BUILT_IN.spaces.get(space, 'the test').retraining.normalForm(text);

describe.each(SPACES)('genotypes of %s', (name) => {
  const space = getSpace(name);
  const random = createRandom(3, 'trainable-test', 0);
  const texts = Array.from({ length: 50 }, () => space.print(space.sample(random)));

  it('tell their space', () => {
    for (const text of texts) expect(spaceOfGenotype(text)).toBe(name);
  });

  it('are trainable there and nowhere else', () => {
    for (const other of SPACES) {
      for (const text of texts) {
        if (other === name) checkTrainable(other, text);
        else expect(() => checkTrainable(other, text)).toThrow(/is not a/);
      }
    }
  });
});

describe('cells of DARTS that differ', () => {
  const random = createRandom(3, 'trainable-test', 1);
  const { print, sample } = getSpace('darts');
  const reduce = /reduce=(\[.*?\]), reduce_concat/.exec(print(sample(random)))?.[1] ?? '';
  const text = print(sample(random)).replace(/reduce=\[.*?\], reduce_concat/, `reduce=${reduce}, reduce_concat`);

  it('can be trained, and not searched', () => {
    checkTrainable('darts', text);
    expect(spaceOfGenotype(text)).toBe('darts');
    expect(() => getSpace('darts').parse(text)).toThrow(/normal and reduce differ/);
  });
});

it.each(['', '|conv~0|', '012', 'Genotype()', '[]', '1201201'])('%j is of no space', (text) => {
  expect(spaceOfGenotype(text)).toBeUndefined();
});
