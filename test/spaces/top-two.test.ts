import { describe, expect, it } from 'vitest';
import { topTwo } from '../../src/spaces/darts/top-two.js';
import { digits, readFixture } from './fixture.js';

describe('the two highest', () => {
  it('are those of torch.topk for every order of up to five values with ties', () => {
    const { answers } = readFixture<{ answers: Record<string, string> }>('darts/topk.json');
    const values = Object.keys(answers);
    expect(values).toHaveLength(3 + 13 + 75 + 541);
    expect(Object.fromEntries(values.map((text) => [text, topTwo(digits(text)).join('')]))).toEqual(answers);
  });

  it('need at least two values', () => {
    expect(() => topTwo([1])).toThrow(RangeError);
  });
});
