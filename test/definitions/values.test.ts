import { describe, expect, it } from 'vitest';
import { choice, flag, type KeyGroup, wholeNumber } from '../../src/definitions/key.js';
import { valuesFor } from '../../src/definitions/values.js';

const keys = {
  'TOY.COUNT': wholeNumber(3, { least: 1, most: 9 }, 'A number.'),
  'TOY.MODE': choice('fast', ['fast', 'slow'], 'A mode.'),
  'TOY.VERBOSE': flag(true, 'A flag.'),
} satisfies KeyGroup;

describe('the values of a group of keys', () => {
  it('are the given ones, and defaults for the others', () => {
    expect(valuesFor(keys)).toEqual({ 'TOY.COUNT': 3, 'TOY.MODE': 'fast', 'TOY.VERBOSE': true });
    const given = { 'TOY.COUNT': 5, 'TOY.VERBOSE': false, 'OTHER.KEY': 1 };
    expect(valuesFor(keys, given)).toEqual({ 'TOY.COUNT': 5, 'TOY.MODE': 'fast', 'TOY.VERBOSE': false });
  });

  it.each([
    ['TOY.COUNT', 10, 'TOY.COUNT is 10, and must be a whole number from 1 to 9.'],
    ['TOY.COUNT', '5', 'TOY.COUNT is "5", and must be a whole number from 1 to 9.'],
    ['TOY.MODE', 'slower', 'TOY.MODE is "slower", and must be one of fast, slow.'],
  ])('refuse %s %j', (key, value, message) => {
    expect(() => valuesFor(keys, { [key]: value })).toThrow(
      expect.objectContaining({ code: 'out-of-range', message, exitCode: 2 }),
    );
  });
});
