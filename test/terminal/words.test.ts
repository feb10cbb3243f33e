import { describe, expect, it } from 'vitest';
import { parseAmount, parseNamedFile, parseNames } from '../../src/terminal/words.js';

describe('names', () => {
  it.each([
    [undefined, undefined],
    ['forest', ['forest']],
    ['rmi, rmi@50,', ['rmi', 'rmi@50']],
    [',', []],
  ])('%j are %j', (text, names) => {
    expect(parseNames(text)).toEqual(names);
  });
});

describe('a named file', () => {
  it('is a name and whatever follows the first sign', () => {
    expect(parseNamedFile('paper=a=b.yaml')).toEqual({ name: 'paper', cfg: 'a=b.yaml' });
  });

  it.each(['paper', '=a.yaml', 'paper=', ''])('%j is none', (text) => {
    expect(() => parseNamedFile(text)).toThrow(/no NAME=FILE/);
  });
});

describe('an amount', () => {
  it.each([
    ['500', 500],
    ['1.5e6', 1_500_000],
  ])('%j is %d', (text, amount) => {
    expect(parseAmount('--budget', text)).toBe(amount);
  });

  it.each(['', ' ', 'much', '0', '-1', 'Infinity', '1,5'])('%j is none', (text) => {
    expect(() => parseAmount('--budget', text)).toThrow(/--budget is/);
  });
});
