import { z } from 'zod';
import { UsageError } from '../../errors.js';
import { anyText, arrayOf, checkOptions, type OptionShape, objectWith, wholeNumberOption } from '../../options.js';
import { oneHot } from '../features.js';
import { freeSlots } from '../free-slots.js';
import type { Space } from '../space.js';
import { checkBallot, countVotes, firstHighest, vote } from '../vote.js';
import {
  ABSENT,
  categoryNames,
  normalise,
  type PlacedSlot,
  placeSlots,
  possibleCategories,
  type SlotChoices,
} from './conditions.js';
import { conditionalNeighbours } from './neighbours.js';
import { countArchitectures } from './size.js';
import { parseSlots, printSlots } from './text.js';

export interface SlotSpaceOptions {
  readonly name: string;
  /** At least one slot; names are different. */
  readonly slots: readonly SlotChoices[];
  /** Trees of the forest; by default 5 for each slot, at least 30. */
  readonly trees?: number | undefined;
}

const SLOT_SPACE_OPTIONS: OptionShape<SlotSpaceOptions> = {
  name: anyText,
  slots: arrayOf(
    objectWith<SlotChoices>('a slot: { name, choices }', {
      name: anyText,
      choices: arrayOf(anyText, 'names of choices'),
      when: z.record(z.string(), arrayOf(anyText, 'names of choices'), 'choices by name of a slot').optional(),
    }),
    'slots',
  ),
  trees: wholeNumberOption(1).optional(),
};

/** Written in a genotype, so without its separators. */
const WORD = /^[\w.-]{1,64}$/;
const FEWEST_TREES = 30;
const TREES_PER_SLOT = 5;

/**
 * A space of slots: every combination of choices is an architecture. A slot with a condition exists only where the
 * condition holds. A genotype lists the slots that exist, in order: `width=16,depth=2`. Slots that conditions name come
 * before the slots that have the conditions.
 *
 * Without conditions draws are uniform, a neighbour differs in one slot, and both vote methods are supported. With
 * conditions each slot that exists is drawn uniformly, and the vote is `sum`.
 * @throws UsageError `invalid-option` and `unknown-option` for other options, `invalid-space` for a malformed or repeated name, for too few slots or choices, and for a condition
 *   on an unknown slot or choice, or a circular one
 */
export function createSlotSpace(options: SlotSpaceOptions): Space {
  const { name, slots: definitions, trees } = checkOptions('createSlotSpace()', SLOT_SPACE_OPTIONS, options);
  checkDefinitions(name, definitions);
  const placed = placeSlots(definitions, (problem) => invalidSpace(name, problem));
  const slots = placed.map(({ categories }) => categories);
  const isConditional = placed.some(({ conditional }) => conditional);
  return {
    name,
    slots,
    names: { slots: placed.map((slot) => slot.name), categories: placed.map(categoryNames) },
    features: slots.map(oneHot),
    trees: trees ?? Math.max(FEWEST_TREES, TREES_PER_SLOT * slots.length),
    print: (encoding) => printSlots(placed, encoding),
    parse: (text) => parseSlots(placed, name, text),
    ...(isConditional ? conditionalSlots(name, placed) : independentSlots(name, slots)),
  };
}

type Variation = Omit<Space, 'name' | 'slots' | 'features' | 'trees' | 'print' | 'parse'>;

function independentSlots(name: string, slots: readonly number[]): Variation {
  const ballot = { name, slots, voteMethods: ['sum', 'greedy'] } as const;
  return {
    ...freeSlots(slots),
    voteMethods: ballot.voteMethods,
    size: slots.reduce((product, categories) => product * categories, 1),
    canonical: (encoding) => encoding,
    vote: (voters, { method }) => vote(ballot, voters, method),
  };
}

function conditionalSlots(name: string, slots: readonly PlacedSlot[]): Variation {
  const ballot = { name, voteMethods: ['sum'] } as const;
  const draw = (choose: (possible: readonly number[], slot: number) => number) => {
    const encoding: number[] = [];
    for (const [index, slot] of slots.entries()) encoding.push(choose(possibleCategories(slot, encoding), index));
    return encoding;
  };
  return {
    voteMethods: ballot.voteMethods,
    size: countArchitectures(slots),
    sample: (random) => draw((possible) => possible[random.below(possible.length)] ?? ABSENT),
    conditionalWeights: (before) => {
      const slot = slots[before.length];
      const possible = slot === undefined ? [] : possibleCategories(slot, before);
      return Array.from({ length: slot?.categories ?? 0 }, (_, category) => Number(possible.includes(category)));
    },
    neighbours: (encoding) => conditionalNeighbours(slots, encoding),
    canonical: (encoding) => normalise(slots, encoding),
    // Only the voters that have a slot vote on it, and only on slots whose conditions the elected choices fulfil.
    vote: (voters, { method }) => {
      checkBallot(ballot, voters, method);
      return draw((possible, slot) => firstHighest(countVotes(voters, slot, slots[slot]?.categories ?? 0), possible));
    },
  };
}

function invalidSpace(space: string, problem: string): UsageError {
  return new UsageError(`The space ${space} ${problem}.`, {
    code: 'invalid-space',
    nextSteps: ['Define slots with different names and at least two different choices each.'],
  });
}

function checkDefinitions(space: string, definitions: readonly SlotChoices[]): void {
  const invalid = (problem: string) => invalidSpace(space, problem);
  if (definitions.length === 0) throw invalid('has no slots');
  checkWords(
    definitions.map(({ name }) => name),
    (problem) => invalid(`has slots of which ${problem}`),
  );
  for (const { name, choices } of definitions) {
    if (choices.length < 2) throw invalid(`has fewer than two choices for the slot ${name}`);
    checkWords(choices, (problem) => invalid(`has choices for the slot ${name} of which ${problem}`));
  }
}

function checkWords(words: readonly string[], invalid: (problem: string) => UsageError): void {
  for (const [index, word] of words.entries()) {
    if (!WORD.test(word)) {
      throw invalid(`"${word}" is not 1 to 64 letters, digits, dots, dashes or underscores`);
    }
    if (words.indexOf(word) < index) throw invalid(`two are called "${word}"`);
  }
}
