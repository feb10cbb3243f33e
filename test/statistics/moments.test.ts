import { expect, it } from 'vitest';
import { convertSpread, spreadText } from '../../src/statistics/moments.js';

it.each([
  [{ mean: 94.361, deviation: 0.1 }, 2, '94.36 ± 0.10'],
  [{ mean: 94.361, deviation: null }, 2, '94.36'],
  [{ mean: 150.4, deviation: 2.6 }, 0, '150 ± 3'],
])('the text of %j with %i decimals', (spread, digits, text) => {
  expect(spreadText(spread, digits)).toBe(text);
});

it('another unit changes mean and deviation, and a deviation that is not there stays so', () => {
  const inMillions = (value: number) => value / 1e6;
  expect(convertSpread({ mean: 3e6, deviation: 2e6 }, inMillions)).toEqual({ mean: 3, deviation: 2 });
  expect(convertSpread({ mean: 3e6, deviation: null }, inMillions)).toEqual({ mean: 3, deviation: null });
});
