/** Linear models of the rank of an architecture. */
import type { Encoding, Space } from '../../spaces/space.js';
import { RidgeDesign, type RidgeFit } from '../../statistics/ridge.js';
import { firstIndex } from '../../statistics/sorted.js';
import { encodingKey } from '../draw.js';
import { Fold } from '../fold.js';
import type { Observation } from '../strategy.js';
import { type ObjectivePart, rankTargets } from './target.js';

/** `additive`: a term for each choice of each slot. `pairwise`: also one for each pair of choices of two slots. */
export const LINEAR_MODELS = ['additive', 'pairwise'] as const;
export type LinearModelKind = (typeof LINEAR_MODELS)[number];

export interface LinearModelOptions {
  readonly kind: LinearModelKind;
  /** Penalty of the ridge regression, above 0. */
  readonly ridge: number;
  readonly parts: readonly ObjectivePart[];
}

/** A fitted model. */
export interface LinearModel {
  /** The predicted rank; lower is better. */
  readonly value: (encoding: Encoding) => number;
  /** The terms of each choice of each slot; null for a model with interactions. */
  readonly terms: readonly Float64Array[] | null;
}

/** The terms of a space's architectures, as columns of a design matrix. */
class Columns {
  readonly count: number;
  readonly #rows = new WeakMap<Encoding, Int32Array>();
  readonly #starts: number[] = [];
  /** The first column of each pair of slots, in the order (0, 1), (0, 2), (1, 2), … */
  readonly #pairs: number[] = [];
  readonly #slots: readonly number[];

  constructor(slots: readonly number[], kind: LinearModelKind) {
    this.#slots = slots;
    let count = 0;
    for (const categories of slots) {
      this.#starts.push(count);
      count += categories;
    }
    for (const [slot, categories] of kind === 'pairwise' ? slots.entries() : []) {
      for (const others of slots.slice(0, slot)) {
        this.#pairs.push(count);
        count += categories * others;
      }
    }
    this.count = count;
  }

  /** The same for an encoding of a history, which the next model needs again. */
  ofObserved(encoding: Encoding): Int32Array {
    const known = this.#rows.get(encoding);
    if (known !== undefined) return known;
    const row = this.of(encoding);
    this.#rows.set(encoding, row);
    return row;
  }

  of(encoding: Encoding): Int32Array {
    const row = new Int32Array(encoding.length + this.#pairs.length);
    let [at, pair] = [0, 0];
    for (let slot = 0; slot < encoding.length; slot += 1) {
      row[at++] = (this.#starts[slot] as number) + (encoding[slot] as number);
    }
    if (this.#pairs.length === 0) return row;
    for (let slot = 0; slot < encoding.length; slot += 1) {
      for (let other = 0; other < slot; other += 1) {
        const place = (encoding[slot] as number) * (this.#slots[other] as number) + (encoding[other] as number);
        row[at++] = (this.#pairs[pair++] as number) + place;
      }
    }
    return row;
  }

  /** The terms of each slot. */
  termsOf({ coefficients }: RidgeFit): Float64Array[] {
    return this.#slots.map((categories, slot) => {
      const start = this.#starts[slot] as number;
      return coefficients.slice(start, start + categories);
    });
  }
}

const columnsOfSpaces = new WeakMap<Space, Map<LinearModelKind, Columns>>();

function columnsOf(space: Space, kind: LinearModelKind): Columns {
  const ofSpace = columnsOfSpaces.get(space) ?? new Map<LinearModelKind, Columns>();
  columnsOfSpaces.set(space, ofSpace);
  const columns = ofSpace.get(kind) ?? new Columns(space.slots, kind);
  ofSpace.set(kind, columns);
  return columns;
}

/** The positions in a history, by architecture; equal architectures keep their order. */
const sortedPositions = new Fold<{ readonly encodings: Encoding[]; readonly order: number[] }>(
  () => ({ encodings: [], order: [] }),
  ({ encodings, order }, { encoding }, index) => {
    encodings.push(encoding);
    const place = firstIndex(order, (other) => compareEncodings(encodings[other] as Encoding, encoding) > 0);
    order.splice(place, 0, index);
  },
);

/**
 * The history of a search as the data of a ridge regression. The rows are sorted by architecture, so that equal sets of
 * observations give the same bits in every order.
 */
export class ModelData {
  readonly space: Space;
  /** The observations in the order of the rows. */
  readonly observations: readonly Observation[];
  /** The predicted quantity for each row; see {@link rankTargets}. */
  readonly targets: Float64Array;
  readonly #columns: Columns;
  readonly #design: RidgeDesign;
  readonly #options: LinearModelOptions;

  /** @param history at least one observation */
  constructor(space: Space, history: readonly Observation[], options: LinearModelOptions) {
    this.space = space;
    this.observations = sortedPositions.of(history).order.map((position) => history[position] as Observation);
    this.targets = rankTargets(this.observations, options.parts);
    this.#options = options;
    this.#columns = columnsOf(space, options.kind);
    const rows = this.observations.map(({ encoding }) => this.#columns.ofObserved(encoding));
    this.#design = new RidgeDesign(rows, this.#columns.count);
  }

  /** @param weights of the rows; by default all 1 */
  fit(weights: ArrayLike<number> = new Float64Array(this.observations.length).fill(1)): LinearModel {
    const fitted = this.#design.fit(this.targets, weights, this.#options.ridge);
    const { intercept, coefficients } = fitted;
    return {
      terms: this.#options.kind === 'additive' ? this.#columns.termsOf(fitted) : null,
      value: (encoding) => {
        const row = this.#columns.of(encoding);
        let sum = intercept;
        for (let k = 0; k < row.length; k += 1) sum += coefficients[row[k] as number] as number;
        return sum;
      },
    };
  }
}

/** Lexicographic order: that of an enumeration of the space. */
export function compareEncodings(one: Encoding, other: Encoding): number {
  for (let slot = 0; slot < one.length; slot += 1) {
    const difference = (one[slot] as number) - (other[slot] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** For each slot the categories that the observations have: a model knows nothing of others. */
export function observedChoices(space: Space, observations: readonly Pick<Observation, 'encoding'>[]): boolean[][] {
  const observed = space.slots.map((categories) => new Array<boolean>(categories).fill(false));
  for (const { encoding } of observations) {
    for (const [slot, category] of encoding.entries()) (observed[slot] as boolean[])[category] = true;
  }
  return observed;
}

/** The encodings, each once, in order. */
export function distinctEncodings(encodings: Iterable<Encoding>): Encoding[] {
  return [...new Map(Array.from(encodings, (encoding) => [encodingKey(encoding), encoding])).values()];
}
