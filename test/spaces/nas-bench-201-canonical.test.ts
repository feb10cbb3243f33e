import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalKey, representatives } from '../../src/spaces/nas-bench-201/canonical.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import type { Encoding } from '../../src/spaces/space.js';

/** One letter an edge, in the order 0>1, 0>2, 1>2, 0>3, 1>3, 2>3: `.` none, `s` skip, `1` and `3` convolutions, `p` pool. */
const cell = (letters: string): Encoding => Array.from(letters, (letter) => '.s13p'.indexOf(letter));
const key = (letters: string): string => canonicalKey(cell(letters));

const everything: Encoding[] = Array.from({ length: 5 ** 6 }, (_, position) =>
  [5, 4, 3, 2, 1, 0].map((power) => Math.floor(position / 5 ** power) % 5),
);

describe('nas-bench-201: equal architectures', () => {
  it.each([
    ['skip hands its argument on', '3...s.', '...3..'],
    ['skip hands its argument on, through node 2', '.3...s', '...3..'],
    ['edges to where nothing leaves are dead', '3133..', '...3..'],
    ['a dead chain is nothing', '13....', '......'],
    ['pooling nothing is nothing', '..p..s', '......'],
    ['terms have no order', '1..3s.', '3..1s.'],
    ['pooling a sum pools its terms', '33..pp', '33s..p'],
    ['instances have no names', '33..3s', '33..s3'],
    ['a convolution of nothing has no kernel', '....1.', '.....3'],
    ['pooling a constant leaves it', '..1..p', '....1.'],
  ])('%s: %s = %s', (_, one, other) => {
    expect(key(one)).toBe(key(other));
  });

  it.each([
    ['kernels differ', '...3..', '...1..'],
    ['one instance used twice, two used once', '3.s.ss', '33..ss'],
    ['one argument shared, two alike', '3.s.33', '33..33'],
    ['one pooled instance twice, two once', '3.s.pp', '33..pp'],
    ['a convolution of nothing trains its bias', '....1.', '......'],
    ['two biases learn twice as fast as one', '....11', '....1.'],
    ['the order of a chain', '3...1.', '1...3.'],
    ['pooling before and after a convolution', 'p...3.', '3...p.'],
    ['a term more', '...s..', 's..ss.'],
  ])('not when %s: %s, %s', (_, one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  it('represents each class by its lowest encoding', () => {
    const keys = everything.map(canonicalKey);
    const lowest = new Map<string, string>();
    for (const [position, text] of keys.entries()) {
      const encoding = String(everything[position]);
      const known = lowest.get(text);
      if (known === undefined || encoding < known) lowest.set(text, encoding);
    }
    const expected = keys.map((text) => lowest.get(text));
    expect(representatives(everything).map(String)).toEqual(expected);
    expect(everything.map((encoding) => String(nasBench201.canonical(encoding)))).toEqual(expected);
  });

  // The authors of NAS-Bench-201 count 6,466 by comparing texts. That comparison is coarser than ours where it
  // writes a shared convolution out twice and takes a convolution of nothing for nothing, and finer where it keeps
  // empty terms and nested sums apart, which change no value, and knows nothing of pooling being linear.
  it('leaves 5,234 architectures of 15,625 genotypes', () => {
    expect(new Set(everything.map(canonicalKey)).size).toBe(5234);
  });

  // The sidecar's tests build both networks of each pair and compare their outputs and gradients.
  it('agrees with the pairs whose networks have been compared', () => {
    const fixture = new URL('../../python/tests/fixtures/nas_bench_201_isomorphic.json', import.meta.url);
    const { isomorphic, different } = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, [string, string][]>;
    expect([isomorphic?.length, different?.length]).toEqual([60, 40]);
    for (const [genotype, canonical] of isomorphic ?? []) {
      expect(nasBench201.print(nasBench201.canonical(nasBench201.parse(genotype)))).toBe(canonical);
    }
    for (const [one, other] of different ?? []) {
      expect(canonicalKey(nasBench201.parse(one))).not.toBe(canonicalKey(nasBench201.parse(other)));
    }
  });
});
