import type { Observation } from './strategy.js';

/**
 * Computes a state from a history, observation by observation. When the next history begins with the last one, it goes on
 * from there, so that a turn costs as much as what was added. Otherwise it begins again: the state depends on the history
 * alone.
 */
export class Fold<State> {
  readonly #begin: () => State;
  readonly #add: (state: State, one: Observation, index: number) => void;
  #seen: Observation[] = [];
  #latest: readonly Observation[] = [];
  #state: State;

  /** @param add changes the state by the next observation; it must not look at later ones */
  constructor(begin: () => State, add: (state: State, one: Observation, index: number) => void) {
    this.#begin = begin;
    this.#add = add;
    this.#state = begin();
  }

  of(history: readonly Observation[]): State {
    if (!this.#continues(history)) {
      this.#seen = [];
      this.#state = this.#begin();
    }
    for (let index = this.#seen.length; index < history.length; index += 1) {
      const one = history[index] as Observation;
      this.#add(this.#state, one, index);
      this.#seen.push(one);
    }
    this.#latest = history;
    return this.#state;
  }

  /** A history only grows, so the list that was seen last is not compared again. */
  #continues(history: readonly Observation[]): boolean {
    const last = this.#seen.length - 1;
    return (history === this.#latest && history[last] === this.#seen[last]) || beginsWith(history, this.#seen);
  }
}

function beginsWith(history: readonly Observation[], beginning: readonly Observation[]): boolean {
  if (history.length < beginning.length) return false;
  return beginning.every((one, index) => {
    const other = history[index];
    return other === one || (other?.encoding === one.encoding && Object.is(other.loss, one.loss));
  });
}
