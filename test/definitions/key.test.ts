import { describe, expect, expectTypeOf, it } from 'vitest';
import { choice, flag, number, text, type ValuesOf, wholeNumber } from '../../src/definitions/key.js';

const GROUP = {
  'RMINAS.WORKERS': wholeNumber(1, { least: 1, most: 256 }, 'Worker processes.'),
  'RMINAS.REINFORCE_RATE': number(0.2, { above: 0 }, 'Learning rate of the policy.'),
  'RMINAS.FUTILITY': flag(true, 'Whether futile trainings are stopped.'),
  'RMINAS.ANSWER': choice('vote', ['vote', 'best'], 'How the answer is found.'),
  'RMINAS.DEVICE': text('auto', { most: 16, pattern: /^(auto|cpu)$/, range: 'auto or cpu' }, 'The device.'),
};

describe('a key definition', () => {
  it('gives the values of a group their types', () => {
    expectTypeOf<ValuesOf<typeof GROUP>['RMINAS.ANSWER']>().toEqualTypeOf<'vote' | 'best'>();
    expectTypeOf<ValuesOf<typeof GROUP>['RMINAS.WORKERS']>().toEqualTypeOf<number>();
  });

  it('accepts its own default', () => {
    for (const key of Object.values(GROUP)) expect(key.schema.parse(key.default)).toBe(key.default);
  });

  it.each([
    ['RMINAS.WORKERS', [0, 257, 1.5, '1']],
    ['RMINAS.REINFORCE_RATE', [0, -1, Number.POSITIVE_INFINITY]],
    ['RMINAS.FUTILITY', ['True', 1]],
    ['RMINAS.ANSWER', ['most', '']],
    ['RMINAS.DEVICE', ['tpu', 'cpu ']],
  ] as const)('%s refuses values out of its range', (name, values) => {
    for (const value of values) expect(GROUP[name].schema.safeParse(value).success).toBe(false);
  });

  it.each([
    [{}, 'a finite number'],
    [{ least: 0 }, 'a number of at least 0'],
    [{ above: 0 }, 'a number above 0'],
    [{ least: 0, most: 1 }, 'a number from 0 to 1'],
    [{ above: 0, below: 1 }, 'a number between 0 and 1, both excluded'],
  ])('says the range %o in words', (limits, words) => {
    expect(number(0.5, limits, '').range).toBe(words);
  });
});
