import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getSpace } from '../support/spaces.js';

type Pair = readonly [string, string];

// The sidecar's tests build both networks of each pair and train them.
const fixture = new URL('../../python/tests/fixtures/space_isomorphic.json', import.meta.url);
const pairs = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, { isomorphic: Pair[]; different?: Pair[] }>;

describe('the pairs whose networks have been compared', () => {
  it.each([
    ['darts', 8, 6],
    ['nas-bench-macro', 6, 0],
    ['mb', 2, 0],
  ] as const)('of %s have the canonical forms that they should', (name: string, isomorphic, different) => {
    const space = getSpace(name);
    const canonical = (text: string) => space.print(space.canonical(space.parse(text)));
    const found = pairs[name];
    expect([found?.isomorphic.length, found?.different?.length ?? 0]).toEqual([isomorphic, different]);
    for (const [one, other] of found?.isomorphic ?? []) {
      expect(one).not.toBe(other);
      expect(canonical(one)).toBe(other);
    }
    for (const [one, other] of found?.different ?? []) expect(canonical(one)).not.toBe(canonical(other));
  });
});
