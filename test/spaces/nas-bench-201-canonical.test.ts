import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalKey, representatives } from '../../src/spaces/nas-bench-201/canonical.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import type { Encoding } from '../../src/spaces/space.js';

/** One letter for each edge, in the order 0>1, 0>2, 1>2, 0>3, 1>3, 2>3: `.` none, `s` skip, `1` and `3` convolutions, `p` pool. */
const cell = (letters: string): Encoding => Array.from(letters, (letter) => '.s13p'.indexOf(letter));
const key = (letters: string): string => canonicalKey(cell(letters));

const everything: Encoding[] = Array.from({ length: 5 ** 6 }, (_, position) =>
  [5, 4, 3, 2, 1, 0].map((power) => Math.floor(position / 5 ** power) % 5),
);

describe('nas-bench-201: isomorphic architectures', () => {
  it.each([
    ['skip passes its argument on', '3...s.', '...3..'],
    ['skip passes its argument on, through node 2', '.3...s', '...3..'],
    ['edges to a node without outgoing edges are dead', '3133..', '...3..'],
    ['a dead chain adds nothing', '13....', '......'],
    ['pooling an empty sum gives an empty sum', '..p..s', '......'],
    ['the order of terms does not matter', '1..3s.', '3..1s.'],
    ['pooling a sum pools its terms', '33..pp', '33s..p'],
    ['the names of instances do not matter', '33..3s', '33..s3'],
    ['a convolution of an empty sum does not depend on its kernel', '....1.', '.....3'],
    ['pooling does not change a constant', '..1..p', '....1.'],
  ])('%s: %s = %s', (_, one, other) => {
    expect(key(one)).toBe(key(other));
  });

  it.each([
    ['the kernels differ', '...3..', '...1..'],
    ['one instance is used twice instead of two once', '3.s.ss', '33..ss'],
    ['one argument is shared instead of two similar ones', '3.s.33', '33..33'],
    ['one instance is pooled twice instead of two once', '3.s.pp', '33..pp'],
    ['a convolution of an empty sum trains its bias', '....1.', '......'],
    ['two biases learn twice as fast as one', '....11', '....1.'],
    ['the order of a chain differs', '3...1.', '1...3.'],
    ['pooling is before instead of after a convolution', 'p...3.', '3...p.'],
    ['there is one more term', '...s..', 's..ss.'],
  ])('not when %s: %s, %s', (_, one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  it('have the lowest encoding as their canonical form', () => {
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

  // The authors of NAS-Bench-201 count 6,466 by comparing texts. Their comparison is coarser: it writes a shared
  // convolution twice and treats a convolution of an empty sum as empty. It is also finer: it distinguishes empty terms
  // and nested sums, which do not change the value, and does not use that pooling is linear.
  it('leave 5,234 different architectures of 15,625 genotypes', () => {
    expect(new Set(everything.map(canonicalKey)).size).toBe(5234);
  });

  // The sidecar's tests build both networks of each pair and compare their outputs and gradients.
  it('agree with the pairs whose networks have been compared', () => {
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
