import { describe, expect, it } from 'vitest';
import { parseAmount, parseNamedFile, parseNames } from '../../src/terminal/input/words.js';

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
  it('splits at the first equals sign', () => {
    expect(parseNamedFile('paper=a=b.yaml')).toEqual({ name: 'paper', cfg: 'a=b.yaml' });
  });

  it.each(['paper', '=a.yaml', 'paper=', ''])('rejects %j', (text) => {
    expect(() => parseNamedFile(text)).toThrow(/Expected NAME=FILE, got/);
  });
});

describe('an amount', () => {
  it.each([
    ['500', 500],
    ['1.5e6', 1_500_000],
  ])('%j is %d', (text, amount) => {
    expect(parseAmount('--budget', text)).toBe(amount);
  });

  it.each(['', ' ', 'much', '0', '-1', 'Infinity', '1,5'])('rejects %j', (text) => {
    expect(() => parseAmount('--budget', text)).toThrow(/--budget must be a number above 0/);
  });
});
