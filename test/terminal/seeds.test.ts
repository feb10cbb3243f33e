import { describe, expect, it } from 'vitest';
import { parseSeedList, splitSeeds } from '../../src/terminal/input/seeds.js';

describe('--seeds', () => {
  it.each([
    [[], undefined, []],
    [['1'], [1], []],
    [['1', '2', '30'], [1, 2, 30], []],
    [
      ['1', '2', 'OPTIM.MAX_EPOCH', '3'],
      [1, 2],
      ['OPTIM.MAX_EPOCH', '3'],
    ],
    [['0', 'EVAL_PERIOD', '3'], [0], ['EVAL_PERIOD', '3']],
  ])('splits %j into seeds and overrides', (words, seeds, rest) => {
    expect(splitSeeds(words)).toEqual({ seeds, rest });
  });

  it.each([[['one']], [['1', '-2']], [['1.5']], [['']], [['9007199254740992']], [['OPTIM.MAX_EPOCH', '3']]])(
    'rejects %j',
    (words) => {
      expect(() => splitSeeds(words)).toThrow(/--seeds expects whole numbers/);
    },
  );
});

describe('a list of seeds', () => {
  it.each([
    ['7', [7]],
    ['1-3', [1, 2, 3]],
    ['1,4, 7', [1, 4, 7]],
    ['0-2,2-4', [0, 1, 2, 3, 4]],
    ['5 - 5', [5]],
  ])('%j is %j', (text, seeds) => {
    expect(parseSeedList('--seeds', text)).toEqual(seeds);
  });

  it.each(['', 'one', '3-1', '-1', '1-', '1.5', '1,,2', '9007199254740992', '0-10000', '1-999999999999'])(
    'rejects %j',
    (text) => {
      expect(() => parseSeedList('--also-seeds', text)).toThrow(/--also-seeds expects/);
    },
  );
});
