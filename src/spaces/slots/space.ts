import { UsageError } from '../../errors.js';
import { nearestName } from '../../nearest.js';
import { oneHot } from '../features.js';
import { freeSlots } from '../free-slots.js';
import { type Encoding, invalidGenotype, type Space } from '../space.js';
import { vote } from '../vote.js';

/** One decision of an architecture. */
export interface SlotChoices {
  /** Letters, digits, dots, dashes and underscores. */
  readonly name: string;
  /** At least two different choices, written like names. The order is the order of the categories. */
  readonly choices: readonly string[];
}

export interface SlotSpaceOptions {
  readonly name: string;
  /** At least one slot; names are different. */
  readonly slots: readonly SlotChoices[];
  /** Trees of the forest; by default 5 for each slot, at least 30. */
  readonly trees?: number;
}

/** Written in a genotype, so without its separators. */
const WORD = /^[\w.-]{1,64}$/;
const FEWEST_TREES = 30;
const TREES_PER_SLOT = 5;

/**
 * A space of independent slots: every combination of choices is an architecture, and no two are isomorphic. A
 * genotype lists the slots in order: `width=16,depth=2`. Draws are uniform, a neighbour differs in one slot, and
 * both vote methods are supported.
 * @throws UsageError `invalid-space` for a malformed or repeated name, and for too few slots or choices
 */
export function createSlotSpace({ name, slots: definitions, trees }: SlotSpaceOptions): Space {
  checkDefinitions(name, definitions);
  const slots = definitions.map(({ choices }) => choices.length);
  const ballot = { name, slots, voteMethods: ['sum', 'greedy'] } as const;
  return {
    ...ballot,
    ...freeSlots(slots),
    features: slots.map(oneHot),
    size: slots.reduce((product, categories) => product * categories, 1),
    trees: trees ?? Math.max(FEWEST_TREES, TREES_PER_SLOT * slots.length),
    print: (encoding) => printSlots(encoding, definitions),
    parse: (text) => parseSlots(text, name, definitions),
    canonical: (encoding) => encoding,
    vote: (voters, { method }) => vote(ballot, voters, method),
  };
}

function printSlots(encoding: Encoding, definitions: readonly SlotChoices[]): string {
  return definitions.map(({ name, choices }, slot) => `${name}=${choices[encoding[slot] ?? 0]}`).join(',');
}

function parseSlots(text: string, space: string, definitions: readonly SlotChoices[]): Encoding {
  const names = definitions.map(({ name }) => name);
  const example = printSlots([], definitions);
  const invalid = (problem: string) =>
    invalidGenotype(space, text, problem, [`Write all slots in this order: ${example}`]);
  const written = text.split(',');
  if (written.length !== names.length) throw invalid(`it has ${written.length} slot(s), not ${names.length}`);
  return definitions.map(({ name, choices }, slot) => {
    const [given, choice, ...more] = (written[slot] ?? '').split('=');
    if (given !== name || choice === undefined || more.length > 0) {
      throw invalid(`slot ${slot + 1} must be ${name}=…, but it is "${written[slot]}"`);
    }
    const category = choices.indexOf(choice);
    if (category >= 0) return category;
    throw invalid(`${name} has no choice "${choice}"; the nearest is "${nearestName(choice, choices)}"`);
  });
}

function checkDefinitions(space: string, definitions: readonly SlotChoices[]): void {
  const invalid = (problem: string) =>
    new UsageError(`The space ${space} ${problem}.`, {
      code: 'invalid-space',
      nextSteps: ['Define slots with different names and at least two different choices each.'],
    });
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
