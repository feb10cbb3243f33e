import { UsageError } from '../../src/errors.js';
import { oneHot } from '../../src/spaces/features.js';
import { freeSlots } from '../../src/spaces/free-slots.js';
import type { Space } from '../../src/spaces/space.js';
import { vote } from '../../src/spaces/vote.js';

/** A space of a few genotypes, written as digits. Genotypes with the same digits in another order are isomorphic. */
export function createTinySpace(categories: number, length: number): Space {
  const slots = new Array<number>(length).fill(categories);
  const counted = { name: 'tiny', slots, voteMethods: ['sum', 'greedy'] } as const;
  return {
    ...counted,
    ...freeSlots(slots),
    features: slots.map(oneHot),
    size: categories ** length,
    trees: 5,
    print: (encoding) => encoding.join(''),
    parse: (text) => {
      const encoding = Array.from(text, Number);
      const valid = encoding.length === length && encoding.every((digit) => digit < categories);
      if (!valid || !/^\d+$/.test(text) || text.endsWith('\n')) {
        throw new UsageError(`"${text}" is not in this space.`, { code: 'invalid-genotype' });
      }
      return encoding;
    },
    canonical: (encoding) => [...encoding].sort((a, b) => a - b),
    vote: (voters, { method }) => vote(counted, voters, method),
  };
}
