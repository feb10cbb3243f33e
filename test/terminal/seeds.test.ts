import { describe, expect, it } from 'vitest';
import { splitSeeds } from '../../src/terminal/seeds.js';

describe('the words of --seeds', () => {
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
  ])('%j are seeds and what follows them', (words, seeds, rest) => {
    expect(splitSeeds(words)).toEqual({ seeds, rest });
  });

  it.each([[['one']], [['1', '-2']], [['1.5']], [['']], [['9007199254740992']], [['OPTIM.MAX_EPOCH', '3']]])(
    '%j are none',
    (words) => {
      expect(() => splitSeeds(words)).toThrow(/which is no seed/);
    },
  );
});
