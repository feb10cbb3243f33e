/** The neighbours of an architecture of a space with conditional slots. */
import type { Encoding } from '../space.js';
import { ABSENT, type PlacedSlot, possibleCategories } from './conditions.js';

/** The most combinations of slots that a change of another slot brings into existence. */
const MOST_COMBINATIONS = 16;

/**
 * The architectures that differ in one of the slots that both have. Slots that come into existence get every
 * combination of their choices. Where these are more than {@link MOST_COMBINATIONS}, in this direction or back, such
 * architectures are neighbours only if all the slots that only one of them has have their first choices. The relation
 * is symmetric.
 */
export function conditionalNeighbours(slots: readonly PlacedSlot[], encoding: Encoding): Encoding[] {
  return slots.flatMap((slot, index) =>
    possibleCategories(slot, encoding)
      .filter((category) => category !== encoding[index])
      .flatMap((category) => changed(slots, encoding, index, category)),
  );
}

interface Draft {
  readonly encoding: Encoding;
  /** Combinations of the slots that came into existence; infinite once only first choices are left. */
  readonly combinations: number;
  /** Whether all of those slots have their first choices. */
  readonly first: boolean;
}

function changed(slots: readonly PlacedSlot[], from: Encoding, changedSlot: number, category: number): Encoding[] {
  let drafts: Draft[] = [{ encoding: [], combinations: 1, first: true }];
  for (const [index, slot] of slots.entries()) {
    drafts = drafts.flatMap((draft) => {
      if (index === changedSlot) return [extended(draft, category)];
      const possible = possibleCategories(slot, draft.encoding);
      const kept = from[index] ?? ABSENT;
      const [first = ABSENT] = possible;
      if (possible.includes(kept)) return [extended(draft, kept)];
      return first === ABSENT && slot.conditional ? [extended(draft, ABSENT)] : begun(draft, possible);
    });
  }
  return drafts.flatMap((draft) => (areNeighbours(slots, from, draft) ? [draft.encoding] : []));
}

function extended(draft: Draft, category: number): Draft {
  return { ...draft, encoding: [...draft.encoding, category] };
}

/** The drafts with a slot that came into existence. */
function begun(draft: Draft, possible: readonly number[]): Draft[] {
  const combinations = draft.combinations * possible.length;
  if (combinations <= MOST_COMBINATIONS) {
    return possible.map((category, choice) => {
      const { encoding } = extended(draft, category);
      return { encoding, combinations, first: draft.first && choice === 0 };
    });
  }
  return draft.first ? [{ ...extended(draft, possible[0] ?? ABSENT), combinations: Number.POSITIVE_INFINITY }] : [];
}

function areNeighbours(
  slots: readonly PlacedSlot[],
  from: Encoding,
  { encoding, combinations, first }: Draft,
): boolean {
  let back = 1;
  let firstBack = true;
  for (const [index, slot] of slots.entries()) {
    const ended = slot.conditional && from[index] !== ABSENT && encoding[index] === ABSENT;
    if (!ended) continue;
    back *= slot.choices.length;
    firstBack &&= from[index] === ABSENT + 1;
  }
  return (combinations <= MOST_COMBINATIONS && back <= MOST_COMBINATIONS) || (first && firstBack);
}
