/** The rules that every search space must follow, as checks that any test runner can call. */

import assert from 'node:assert/strict';
import { UsageError } from '../errors.js';
import { checkArgument } from '../options.js';
import { createRandom } from '../random/random.js';
import { type Encoding, type Space, spaceOption, type VoteRules } from './space.js';

export interface SpaceCheck {
  /** Completes "a space …". */
  readonly name: string;
  /** @throws AssertionError when the space breaks the rule */
  run(space: Space): void;
}

const DRAWS = 200;

/**
 * Runs all checks.
 * @throws UsageError `invalid-option` for an object that is not a space
 * @throws AssertionError for the first broken rule; its message names the space and the rule
 */
export function checkSpace(space: Space): void {
  checkArgument('checkSpace()', 'space', spaceOption, space);
  for (const { name, run } of SPACE_CHECKS) {
    try {
      run(space);
    } catch (error) {
      if (error instanceof Error) error.message = `The space ${space.name} breaks a rule: it ${name}. ${error.message}`;
      throw error;
    }
  }
}

/** Reproducible draws from the space. @param index of the random stream */
function sampleOf(space: Space, index = 0, draws = DRAWS): Encoding[] {
  const random = createRandom(11, 'conformance', index);
  return Array.from({ length: draws }, () => space.sample(random));
}

function checkGenotype(space: Space, encoding: Encoding): void {
  assert.deepEqual(space.parse(space.print(encoding)), encoding);
}

const distinct = (encodings: readonly Encoding[]) => new Set(encodings.map(String)).size;
const byVotes = (method: VoteRules['method']): VoteRules => ({ method, edgeRank: 'votes' });

export const SPACE_CHECKS: readonly SpaceCheck[] = [
  {
    name: 'samples one category per slot, within its range',
    run: (space) => {
      for (const encoding of sampleOf(space)) {
        assert.equal(encoding.length, space.slots.length);
        for (const [slot, category] of encoding.entries()) {
          assert(Number.isInteger(category) && category >= 0 && category < (space.slots[slot] ?? 0));
        }
      }
    },
  },
  {
    name: 'samples the same from equal random streams and something else from another',
    run: (space) => {
      assert.deepEqual(sampleOf(space), sampleOf(space));
      assert.notDeepEqual(sampleOf(space, 1), sampleOf(space));
    },
  },
  {
    name: 'prints texts that parse back, one text for each genotype',
    run: (space) => {
      const encodings = sampleOf(space);
      for (const encoding of encodings) checkGenotype(space, encoding);
      assert.equal(new Set(encodings.map((encoding) => space.print(encoding))).size, distinct(encodings));
    },
  },
  {
    name: 'refuses other texts with a UsageError',
    run: (space) => {
      for (const text of ['', ' ', 'nonsense', '|', '+']) assert.throws(() => space.parse(text), UsageError);
    },
  },
  {
    name: 'refuses a text with something before or after it',
    run: (space) => {
      const text = space.print(sampleOf(space)[0] ?? []);
      for (const wrong of [` ${text}`, `${text} `, `${text}${text}`, `${text}\n`]) {
        assert.throws(() => space.parse(wrong), UsageError, JSON.stringify(wrong));
      }
    },
  },
  {
    name: 'has canonical forms that are genotypes and their own canonical forms',
    run: (space) => {
      for (const encoding of sampleOf(space)) {
        const canonical = space.canonical(encoding);
        checkGenotype(space, canonical);
        assert.deepEqual(space.canonical(canonical), canonical);
      }
    },
  },
  {
    name: 'gives each category of the next slot a weight, and only weights that lead to genotypes',
    run: (space) => {
      const random = createRandom(5, 'walks', 0);
      for (let walk = 0; walk < 30; walk += 1) {
        const encoding: number[] = [];
        for (const categories of space.slots) {
          const weights = space.conditionalWeights(encoding);
          assert.equal(weights.length, categories);
          const possible = weights.flatMap((weight, category) => (weight > 0 ? [category] : []));
          assert(possible.length > 0);
          encoding.push(possible[random.below(possible.length)] ?? -1);
        }
        checkGenotype(space, encoding);
      }
    },
  },
  {
    name: 'has neighbours that are other genotypes, each once, and whose neighbour the genotype is',
    run: (space) => {
      for (const encoding of sampleOf(space).slice(0, 10)) {
        const neighbours = space.neighbours(encoding);
        assert.equal(distinct([...neighbours, encoding]), neighbours.length + 1);
        for (const neighbour of neighbours) {
          checkGenotype(space, neighbour);
          assert(space.neighbours(neighbour).map(String).includes(String(encoding)));
        }
      }
    },
  },
  {
    name: 'elects a single voter, and the majority in each slot',
    run: (space) => {
      const encodings = sampleOf(space);
      for (const [index, encoding] of encodings.slice(0, 20).entries()) {
        const other = encodings[index + 1] ?? encoding;
        for (const method of space.voteMethods) {
          assert.deepEqual(space.vote([encoding], byVotes(method)), encoding);
          assert.deepEqual(space.vote([encoding, other, encoding], byVotes(method)), encoding);
        }
      }
    },
  },
  {
    name: 'elects genotypes, for any votes and any ranking of edges',
    run: (space) => {
      const encodings = sampleOf(space);
      for (const edgeRank of ['votes', 'operation-index'] as const) {
        for (const method of space.voteMethods) {
          for (const start of [0, 10, 20, 30]) {
            checkGenotype(space, space.vote(encodings.slice(start, start + 10), { method, edgeRank }));
          }
        }
      }
    },
  },
  {
    name: 'refuses a vote without voters, and a method that it does not support',
    run: (space) => {
      assert(space.voteMethods.includes('sum'));
      for (const method of ['sum', 'greedy'] as const) {
        if (space.voteMethods.includes(method)) assert.throws(() => space.vote([], byVotes(method)), RangeError);
        else assert.throws(() => space.vote(sampleOf(space), byVotes(method)), UsageError);
      }
    },
  },
  {
    name: 'has a row of features for each category, and different rows for different genotypes',
    run: (space) => {
      assert.deepEqual(
        space.features.map((rows) => rows.length),
        space.slots,
      );
      for (const rows of space.features) assert.equal(new Set(rows.map((row) => row.length)).size, 1);
      const encodings = sampleOf(space);
      const numbers = encodings.map((encoding) =>
        encoding.flatMap((category, slot) => space.features[slot]?.[category] ?? [Number.NaN]),
      );
      assert(numbers.flat().every(Number.isFinite));
      assert.equal(new Set(numbers.map(String)).size, distinct(encodings));
    },
  },
  {
    name: 'has a size of at least the samples and at most the product of the categories',
    run: (space) => {
      assert(space.size >= distinct(sampleOf(space)));
      assert(space.size <= space.slots.reduce((product, categories) => product * categories, 1));
      assert(space.trees > 0);
    },
  },
];
