import type { Objective } from '../objectives/objective.js';
import type { Space } from '../spaces/space.js';
import type { Observation, Strategy } from '../strategies/strategy.js';
import { type EvaluationOutcome, lossOf } from './evaluator.js';
import type { Evaluated, Observed, Proposed, SearchEvent } from './events.js';

/** An architecture that waits for its result. */
interface Waiting extends Pick<Observation, 'phase' | 'encoding'> {
  readonly genotype: string;
  readonly canonical: string;
}

/** The result of a canonical genotype. */
interface KnownResult extends Pick<Observed, 'loss' | 'stopped' | 'audit'> {
  readonly curve: Observation['curve'];
  readonly proxyValues: Observation['proxyValues'];
  readonly replayed: boolean;
}

function resultOf(outcome: EvaluationOutcome): Pick<KnownResult, 'loss' | 'curve' | 'proxyValues' | 'stopped'> {
  const loss = lossOf(outcome);
  if ('failure' in outcome) return { loss, curve: [], proxyValues: {}, stopped: null };
  const { curve, stopped = null } = outcome.evaluation;
  return { loss, curve, proxyValues: outcome.parts ?? {}, stopped };
}

/**
 * Turns results, which arrive in any order, into the history, which is in the order of proposals. Isomorphic
 * architectures share one result.
 */
export class Observer {
  readonly #space: Space;
  readonly #strategy: Strategy;
  readonly #objective: Objective;
  /** With the measured losses, before the objective scores them. */
  readonly #history: Observation[] = [];
  /** By canonical genotype. */
  readonly #results = new Map<string, KnownResult>();
  /** Canonical genotypes that are in the history. */
  readonly #observed = new Set<string>();
  #waiting: Waiting[] = [];
  #thresholdKnown = false;
  /** Whether everything observed so far was replayed. */
  #replaying = true;

  constructor({ space, strategy, objective }: { space: Space; strategy: Strategy; objective: Objective }) {
    this.#space = space;
    this.#strategy = strategy;
    this.#objective = objective;
  }

  /** The history as the objective scores it. */
  get history(): readonly Observation[] {
    return this.#objective.score(this.#history);
  }

  /** Takes the architectures of a turn. Returns the canonical genotypes that need an evaluation, each once. */
  expect(proposed: Proposed): string[] {
    this.#waiting = proposed.genotypes.map((genotype) => {
      const encoding = this.#space.parse(genotype);
      const canonical = this.#space.print(this.#space.canonical(encoding));
      return { phase: proposed.phase, encoding, genotype, canonical };
    });
    const needed = new Set(this.#waiting.map(({ canonical }) => canonical));
    return [...needed].filter((canonical) => !this.#results.has(canonical));
  }

  score({ genotype, outcome }: Evaluated, about: Pick<KnownResult, 'audit' | 'replayed'>): void {
    this.#results.set(genotype, { ...resultOf(outcome), ...about });
  }

  /** Moves the next architectures into the history, up to the first one without a result. */
  *observe(): Generator<SearchEvent, void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const result = this.#results.get(next.canonical);
      if (result === undefined) return;
      this.#waiting.shift();
      this.#replaying &&= result.replayed;
      const observed = this.#enter(next, result);
      yield { ...observed, replayed: this.#replaying };
      const { threshold, thresholdNote } = observed.status;
      if (threshold !== null && !this.#thresholdKnown) {
        this.#thresholdKnown = true;
        yield { type: 'threshold-set', threshold, note: thresholdNote, replayed: this.#replaying };
      }
    }
  }

  #enter({ phase, encoding, genotype, canonical }: Waiting, result: KnownResult): Observed {
    const { curve, stopped, audit } = result;
    const index = this.#history.length;
    const reused = this.#observed.has(canonical);
    this.#history.push({
      phase,
      encoding,
      loss: result.loss,
      proxyValues: result.proxyValues,
      curve,
      stopped: stopped !== null,
    });
    this.#observed.add(canonical);
    const { history } = this;
    const loss = history[index]?.loss ?? Number.POSITIVE_INFINITY;
    const status = this.#strategy.status(history);
    const good = phase === 'warm-up' || status.threshold === null ? null : loss < status.threshold;
    return {
      type: 'observed',
      index,
      phase,
      genotype,
      canonical,
      reused,
      loss,
      proxyValues: result.proxyValues,
      stopped,
      audit: reused ? null : audit,
      good,
      status,
    };
  }
}
