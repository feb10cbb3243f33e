import { describe, expect, it } from 'vitest';
import { suggestion } from '../src/nearest.js';

describe('a suggestion', () => {
  const spaces = ['nas-bench-201', 'darts', 'ofa', 'proxyless'];

  it('names the most similar name', () => {
    expect(suggestion('nasbench', spaces)).toBe(' Did you mean nas-bench-201?');
    expect(suggestion('dart', spaces, "'")).toBe(" Did you mean 'darts'?");
  });

  it('is not made for a name that resembles none', () => {
    expect(suggestion('nowhere', spaces)).toBe('');
    expect(suggestion('x', [])).toBe('');
  });
});
