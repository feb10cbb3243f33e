/** What every search space must do; each space's own test calls it. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import type { Encoding, Space } from '../../src/spaces/space.js';

export function describeSpace(space: Space, draws = 200): void {
  const sample = (index: number): Encoding[] => {
    const random = createRandom(11, 'conformance', index);
    return Array.from({ length: draws }, () => space.sample(random));
  };
  const encodings = sample(0);

  describe(`${space.name} as a space`, () => {
    it('samples one category per slot, within its range', () => {
      for (const encoding of encodings) {
        expect(encoding).toHaveLength(space.slots.length);
        for (const [slot, category] of encoding.entries()) {
          expect(Number.isInteger(category) && category >= 0 && category < (space.slots[slot] ?? 0)).toBe(true);
        }
      }
    });

    it('samples the same from equal streams, and something else from another', () => {
      expect(sample(0)).toEqual(encodings);
      expect(sample(1)).not.toEqual(encodings);
    });

    it('prints texts that parse back, one text a genotype', () => {
      for (const encoding of encodings) expect(space.parse(space.print(encoding))).toEqual(encoding);
      const distinct = new Set(encodings.map(String)).size;
      expect(new Set(encodings.map((encoding) => space.print(encoding))).size).toBe(distinct);
    });

    it.each(['', ' ', 'nonsense', '|', '+'])('refuses the text %j with a usage error', (text) => {
      expect(() => space.parse(text)).toThrow(UsageError);
    });

    it('refuses a text with something before or after it', () => {
      const text = space.print(encodings[0] ?? []);
      for (const wrong of [` ${text}`, `${text} `, `${text}${text}`, `${text}\n`, text.slice(0, -1)]) {
        expect(() => space.parse(wrong), JSON.stringify(wrong)).toThrow(UsageError);
      }
    });

    it('has canonical forms that are genotypes and their own canonical forms', () => {
      for (const encoding of encodings) {
        const canonical = space.canonical(encoding);
        expect(space.parse(space.print(canonical))).toEqual(canonical);
        expect(space.canonical(canonical)).toEqual(canonical);
      }
    });

    it('lets a sole voter have its way and a majority win each slot', () => {
      for (const [index, encoding] of encodings.slice(0, 20).entries()) {
        const other = encodings[index + 1] ?? encoding;
        for (const method of space.voteMethods) {
          expect(space.vote([encoding], { method, edgeRank: 'votes' })).toEqual(encoding);
          expect(space.vote([encoding, other, encoding], { method, edgeRank: 'votes' })).toEqual(encoding);
        }
      }
    });

    it('votes for genotypes, however the votes are spread and edges ranked', () => {
      for (const edgeRank of ['votes', 'operation-index'] as const) {
        for (const method of space.voteMethods) {
          for (const start of [0, 10, 20, 30]) {
            const elected = space.vote(encodings.slice(start, start + 10), { method, edgeRank });
            expect(space.parse(space.print(elected))).toEqual(elected);
          }
        }
      }
    });

    it('refuses votes of nobody and by a method that it does not have', () => {
      expect(space.voteMethods).toContain('sum');
      for (const method of ['sum', 'greedy'] as const) {
        const rules = { method, edgeRank: 'votes' } as const;
        if (space.voteMethods.includes(method)) expect(() => space.vote([], rules)).toThrow(RangeError);
        else expect(() => space.vote(encodings, rules)).toThrow(UsageError);
      }
    });

    it('gives a forest a row for each category, and different numbers for different genotypes', () => {
      expect(space.features.map((rows) => rows.length)).toEqual(space.slots);
      for (const rows of space.features) expect(new Set(rows.map((row) => row.length)).size).toBe(1);
      const numbers = encodings.map((encoding) =>
        encoding.flatMap((category, slot) => space.features[slot]?.[category]),
      );
      expect(numbers.flat().every(Number.isFinite)).toBe(true);
      expect(new Set(numbers.map(String)).size).toBe(new Set(encodings.map(String)).size);
    });

    it('counts at least what it samples', () => {
      expect(space.size).toBeGreaterThanOrEqual(new Set(encodings.map(String)).size);
      expect(space.size).toBeLessThanOrEqual(space.slots.reduce((product, categories) => product * categories, 1));
      expect(space.trees).toBeGreaterThan(0);
    });
  });
}
