/** The text of an architecture of slots: `width=16,depth=2`. A slot that does not exist is left out. */
import type { UsageError } from '../../errors.js';
import { nearestName } from '../../nearest.js';
import { type Encoding, invalidGenotype } from '../space.js';
import { ABSENT, normalise, type PlacedSlot } from './conditions.js';

export function printSlots(slots: readonly PlacedSlot[], encoding: Encoding): string {
  return slots
    .flatMap(({ name, choices, conditional }, slot) => {
      const category = encoding[slot] ?? 0;
      if (conditional && category === ABSENT) return [];
      return [`${name}=${choices[category - Number(conditional)]}`];
    })
    .join(',');
}

/**
 * The inverse of {@link printSlots}. Slots whose conditions do not hold may be written too, and do not count.
 * @throws UsageError `invalid-genotype` that names the wrong slot or choice
 */
export function parseSlots(slots: readonly PlacedSlot[], space: string, text: string): Encoding {
  const invalid = (problem: string) => invalidSlots(slots, space, text, problem);
  const given = readPairs(slots, text.split(','), invalid);
  const encoding: number[] = [];
  for (const [index, slot] of slots.entries()) {
    const category = given.get(slot.name) ?? -1;
    const normal = normalise(slots.slice(0, index + 1), [...encoding, category]);
    if (category < 0 && (!slot.conditional || normal[index] !== ABSENT))
      throw invalid(`the slot ${slot.name} is missing`);
    encoding.push(normal[index] ?? ABSENT);
  }
  return encoding;
}

/** The category of each slot in the text. */
function readPairs(
  slots: readonly PlacedSlot[],
  written: readonly string[],
  invalid: (problem: string) => UsageError,
): Map<string, number> {
  const names = slots.map(({ name }) => name);
  const isFixed = slots.every(({ conditional }) => !conditional);
  if (isFixed && written.length !== names.length)
    throw invalid(`it has ${written.length} slot(s), not ${names.length}`);
  const given = new Map<string, number>();
  let last = -1;
  for (const [index, part] of written.entries()) {
    const [name = '', choice, ...more] = part.split('=');
    const expected = isFixed ? names[index] : 'SLOT';
    if (choice === undefined || more.length > 0 || (isFixed && name !== expected)) {
      throw invalid(`slot ${index + 1} must be ${expected}=…, but it is "${part}"`);
    }
    const place = names.indexOf(name);
    const slot = slots[place];
    if (slot === undefined) throw invalid(`it has no slot "${name}"; the nearest is "${nearestName(name, names)}"`);
    if (place <= last) throw invalid(`the slot ${name} is ${given.has(name) ? 'there twice' : 'not in its place'}`);
    last = place;
    const category = slot.choices.indexOf(choice);
    if (category < 0) {
      throw invalid(`${name} has no choice "${choice}"; the nearest is "${nearestName(choice, slot.choices)}"`);
    }
    given.set(name, category + Number(slot.conditional));
  }
  return given;
}

function invalidSlots(slots: readonly PlacedSlot[], space: string, text: string, problem: string): UsageError {
  const example = printSlots(slots, normalise(slots, []));
  const conditional = slots.some((slot) => slot.conditional);
  return invalidGenotype(space, text, problem, [
    conditional
      ? `Write the slots in their order, without those whose conditions do not hold: ${example}`
      : `Write all slots in this order: ${example}`,
  ]);
}
