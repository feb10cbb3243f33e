/** The architecture that a model predicts to be best. */
import type { Encoding, Space } from '../../spaces/space.js';
import { encodingKey } from '../draw.js';
import {
  compareEncodings,
  distinctEncodings,
  type LinearModel,
  type ModelData,
  observedChoices,
} from './linear-model.js';

/** Spaces up to this size are enumerated. */
export const ENUMERABLE = 20_000;
/** Observed architectures that an ascent starts from, and the most moves of each. */
const ASCENT = { starts: 8, moves: 1000 };
/** Predictions that differ by less, relative to the number of observations, are equal but for rounding. */
const ROUNDING = 1e-9;

/** The architectures of small spaces in lexicographic order. A cache of a pure function. */
const enumerations = new WeakMap<Space, readonly Encoding[]>();

/** All architectures of a small space in lexicographic order; undefined for a large one. */
export function enumerated(space: Space): readonly Encoding[] | undefined {
  if (space.size > ENUMERABLE) return undefined;
  const known = enumerations.get(space);
  if (known !== undefined) return known;
  const all: Encoding[] = [];
  const grow = (before: number[]): void => {
    if (before.length === space.slots.length) {
      all.push(before);
      return;
    }
    for (const [category, weight] of space.conditionalWeights(before).entries()) {
      if (weight > 0) grow([...before, category]);
    }
  };
  grow([]);
  enumerations.set(space, all);
  return all;
}

/** Finds the best predicted architecture of a space whose choices the observations have; see {@link Optimiser.best}. */
export class Optimiser {
  readonly #data: ModelData;
  readonly #observed: readonly (readonly boolean[])[];
  readonly #tolerance: number;

  constructor(data: ModelData) {
    this.#data = data;
    this.#observed = observedChoices(data.space, data.observations);
    this.#tolerance = ROUNDING * data.observations.length;
  }

  /** Whether the observations have every choice of the architecture. */
  knows(encoding: Encoding): boolean {
    return encoding.every((category, slot) => this.#observed[slot]?.[category] === true);
  }

  /**
   * The architecture of the lowest predicted rank. It is exact where the model is additive and the slots are independent,
   * and in spaces that can be enumerated. In others it is the best one that ascents from the best observed architectures
   * and from a greedy one reach, by changing one choice or two at a time. The first in lexicographic order of equal ones.
   * @param from further architectures to start from
   */
  best(model: LinearModel, from: readonly Encoding[] = []): Encoding {
    const { space } = this.#data;
    if (model.terms !== null && hasFreeSlots(space)) {
      return model.terms.map((terms, slot) =>
        this.#firstLowest(Array.from(terms.keys()), (one) => terms[one] as number, slot),
      );
    }
    const all = enumerated(space);
    if (all !== undefined)
      return this.lowest(
        all.filter((encoding) => this.knows(encoding)),
        model.value,
      );
    const starts = distinctEncodings([...from, ...this.#bestObserved(model), ...this.#greedy(model)]);
    const moves = new Map<string, Encoding | undefined>();
    return this.lowest(
      starts.map((start) => this.#ascend(start, model, moves)),
      model.value,
    );
  }

  /** The first of the encodings of the lowest value, in lexicographic order. @param encodings at least one */
  lowest(encodings: readonly Encoding[], value: (encoding: Encoding) => number): Encoding {
    let best = encodings[0] as Encoding;
    let lowest = value(best);
    for (const encoding of encodings.slice(1)) {
      const found = value(encoding);
      if (found > lowest + this.#tolerance) continue;
      const isTie = found >= lowest - this.#tolerance;
      if (isTie && compareEncodings(encoding, best) > 0) continue;
      best = encoding;
      lowest = Math.min(lowest, found);
    }
    return best;
  }

  /**
   * The architecture that changes of one choice, then of two, lead to.
   * @param moves of this model that are known already, since most ascents end at the same architectures
   */
  #ascend(start: Encoding, model: LinearModel, moves: Map<string, Encoding | undefined>): Encoding {
    let current = start;
    for (let move = 0; move < ASCENT.moves; move += 1) {
      const key = encodingKey(current);
      if (!moves.has(key)) moves.set(key, this.#better(current, model));
      const next = moves.get(key);
      if (next === undefined) break;
      current = next;
    }
    return current;
  }

  /** The best known architecture one choice away, or else two, that is better; undefined if there is none. */
  #better(current: Encoding, { value }: LinearModel): Encoding | undefined {
    const { space } = this.#data;
    const near = space.neighbours(current).filter((encoding) => this.knows(encoding));
    const goal = value(current) - this.#tolerance;
    return (
      lowestOf(near, value, goal) ??
      lowestOf(
        near.flatMap((each) => space.neighbours(each)).filter((encoding) => this.knows(encoding)),
        value,
        goal,
      )
    );
  }

  #bestObserved({ value }: LinearModel): Encoding[] {
    const observed = this.#data.observations.map(({ encoding }) => encoding);
    return observed.toSorted((a, b) => value(a) - value(b)).slice(0, ASCENT.starts);
  }

  /** Slot by slot the best choice that an architecture can have; none for a model with interactions. */
  #greedy({ terms }: LinearModel): Encoding[] {
    if (terms === null) return [];
    const { space } = this.#data;
    const encoding: number[] = [];
    for (const [slot, costs] of terms.entries()) {
      const weights = space.conditionalWeights(encoding);
      const possible = Array.from(costs.keys()).filter((category) => (weights[category] ?? 0) > 0);
      encoding.push(this.#firstLowest(possible, (category) => costs[category] as number, slot));
    }
    return this.knows(encoding) ? [encoding] : [];
  }

  /** The first observed category of the lowest cost; the first category when none is observed. */
  #firstLowest(categories: readonly number[], cost: (category: number) => number, slot: number): number {
    const observed = categories.filter((category) => this.#observed[slot]?.[category] === true);
    return observed.reduce(
      (best, category) => (cost(category) < cost(best) - this.#tolerance ? category : best),
      observed[0] ?? categories[0] ?? 0,
    );
  }
}

function lowestOf(
  encodings: readonly Encoding[],
  value: (encoding: Encoding) => number,
  below: number,
): Encoding | undefined {
  let [best, lowest]: [Encoding | undefined, number] = [undefined, below];
  for (const encoding of encodings) {
    const found = value(encoding);
    if (found < lowest) [best, lowest] = [encoding, found];
  }
  return best;
}

/** Whether every combination of categories is an architecture. */
function hasFreeSlots({ slots, size }: Space): boolean {
  return slots.reduce((product, categories) => product * categories, 1) === size;
}
