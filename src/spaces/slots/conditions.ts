/** Slots that exist only where other slots have certain choices. */
import type { UsageError } from '../../errors.js';
import { nearestName } from '../../nearest.js';
import type { Encoding } from '../space.js';

/** One decision of an architecture. */
export interface SlotChoices {
  /** Letters, digits, dots, dashes and underscores. */
  readonly name: string;
  /** At least two different choices, written like names. The order is the order of the categories. */
  readonly choices: readonly string[];
  /** The slot exists only if every slot named here exists and has one of the choices; by default it always exists. */
  readonly when?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A slot among others. Its condition names slots before it. */
export interface PlacedSlot {
  readonly name: string;
  readonly choices: readonly string[];
  /** A conditional slot has one more category: {@link ABSENT}. */
  readonly conditional: boolean;
  readonly categories: number;
  /** Slots that the condition names, by index, and the categories that fulfil it. */
  readonly needs: readonly { readonly slot: number; readonly categories: ReadonlySet<number> }[];
}

/** The category of a conditional slot whose condition does not hold. Its choices follow. */
export const ABSENT = 0;

/** The names of all categories of a slot; that of {@link ABSENT} cannot be the name of a choice. */
export function categoryNames({ choices, conditional }: PlacedSlot): string[] {
  return conditional ? ['–', ...choices] : [...choices];
}

/**
 * The slots in an order in which each condition names earlier slots only; otherwise in the given order.
 * @param invalid makes the error of a problem that follows "The space …"
 * @throws UsageError by `invalid` for a condition on an unknown slot or choice, and for circular conditions
 */
export function placeSlots(slots: readonly SlotChoices[], invalid: (problem: string) => UsageError): PlacedSlot[] {
  for (const slot of slots) checkCondition(slot, slots, invalid);
  const placed: PlacedSlot[] = [];
  const indexOf = (name: string) => placed.findIndex((one) => one.name === name);
  let waiting = [...slots];
  while (waiting.length > 0) {
    const next = waiting.find(({ when = {} }) => Object.keys(when).every((name) => indexOf(name) >= 0));
    if (next === undefined) throw invalid(`has circular conditions: ${cycleOf(waiting)}`);
    const needs = Object.entries(next.when ?? {}).map(([name, choices]) => needOf(placed, indexOf(name), choices));
    const conditional = needs.length > 0;
    const categories = next.choices.length + Number(conditional);
    placed.push({ name: next.name, choices: next.choices, conditional, categories, needs });
    waiting = waiting.filter((one) => one !== next);
  }
  return placed;
}

function needOf(placed: readonly PlacedSlot[], slot: number, choices: readonly string[]): PlacedSlot['needs'][number] {
  const parent = placed[slot];
  const categories = choices.map((choice) => (parent?.choices.indexOf(choice) ?? 0) + Number(parent?.conditional));
  return { slot, categories: new Set(categories) };
}

function checkCondition(
  { name, when = {} }: SlotChoices,
  slots: readonly SlotChoices[],
  invalid: (problem: string) => UsageError,
): void {
  for (const [parent, choices] of Object.entries(when)) {
    const found = slots.find((slot) => slot.name === parent);
    if (found === undefined) {
      const names = slots.map((slot) => slot.name).filter((one) => one !== name);
      const nearest = names.length === 0 ? '' : `; the nearest is "${nearestName(parent, names)}"`;
      throw invalid(`has a condition of the slot ${name} on "${parent}", which is not a slot${nearest}`);
    }
    if (choices.length === 0) throw invalid(`has a condition of the slot ${name} on no choice of ${parent}`);
    for (const choice of choices.filter((one) => !found.choices.includes(one))) {
      const nearest = nearestName(choice, found.choices);
      throw invalid(
        `has a condition of the slot ${name} on ${parent}=${choice}, which is not a choice; the nearest is "${nearest}"`,
      );
    }
  }
}

/** One cycle among slots that all wait for each other: `a needs b, b needs a`. */
function cycleOf(waiting: readonly SlotChoices[]): string {
  const path: SlotChoices[] = [];
  let slot = waiting[0];
  while (slot !== undefined && !path.includes(slot)) {
    path.push(slot);
    const { when = {} } = slot;
    slot = waiting.find(({ name }) => name in when);
  }
  const cycle = slot === undefined ? path : path.slice(path.indexOf(slot));
  return cycle.map(({ name }, index) => `${name} needs ${cycle[(index + 1) % cycle.length]?.name}`).join(', ');
}

/** Whether the condition of a slot holds. @param before categories of at least all slots before it */
export function isActive({ needs }: PlacedSlot, before: Encoding): boolean {
  return needs.every(({ slot, categories }) => categories.has(before[slot] ?? -1));
}

/** The categories that a slot may have. @param before categories of at least all slots before it */
export function possibleCategories(slot: PlacedSlot, before: Encoding): readonly number[] {
  if (!isActive(slot, before)) return [ABSENT];
  return slot.choices.map((_, choice) => choice + Number(slot.conditional));
}

/**
 * The encoding in which exactly the slots exist whose conditions hold. A slot that is missing gets its first choice.
 * Encodings that differ only in slots whose conditions do not hold have the same normal form.
 */
export function normalise(slots: readonly PlacedSlot[], encoding: Encoding): Encoding {
  const normal: number[] = [];
  for (const [index, slot] of slots.entries()) {
    const possible = possibleCategories(slot, normal);
    const category = encoding[index] ?? -1;
    normal.push(possible.includes(category) ? category : (possible[0] ?? ABSENT));
  }
  return normal;
}
