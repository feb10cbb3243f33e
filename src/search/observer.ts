import type { Objective } from '../objectives/objective.js';
import type { Space } from '../spaces/space.js';
import type { Observation, Strategy } from '../strategies/strategy.js';
import type { EvaluationOutcome } from './evaluator.js';
import type { Evaluated, Observed, Proposed, SearchEvent } from './events.js';

/** An architecture that waits for its score. */
interface Waiting extends Pick<Observation, 'phase' | 'encoding'> {
  readonly genotype: string;
  readonly canonical: string;
}

/** What is known of a canonical genotype. */
interface Score extends Pick<Observed, 'loss' | 'stopped' | 'audit'> {
  readonly curve: Observation['curve'];
  readonly proxyValues: Observation['proxyValues'];
  readonly replayed: boolean;
}

/** A failed evaluation, and one whose loss is not a finite number, counts as infinite loss. */
function resultOf(outcome: EvaluationOutcome): Pick<Score, 'loss' | 'curve' | 'proxyValues' | 'stopped'> {
  if ('failure' in outcome) return { loss: Number.POSITIVE_INFINITY, curve: [], proxyValues: {}, stopped: null };
  const { loss, curve, stopped = null } = outcome.evaluation;
  const { parts: proxyValues = {} } = outcome;
  return {
    loss: loss !== null && Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY,
    curve,
    proxyValues,
    stopped,
  };
}

/**
 * Turns scores, which come in any order, into the history, which is in the order proposed. Equal architectures
 * share one score.
 */
export class Observer {
  readonly #space: Space;
  readonly #strategy: Strategy;
  readonly #objective: Objective;
  /** With losses as they were measured. */
  readonly #history: Observation[] = [];
  /** By canonical genotype. */
  readonly #scores = new Map<string, Score>();
  /** Canonical genotypes that are in the history. */
  readonly #observed = new Set<string>();
  #waiting: Waiting[] = [];
  #thresholdKnown = false;
  /** Whether all that was observed so far was replayed. */
  #replaying = true;

  constructor({ space, strategy, objective }: { space: Space; strategy: Strategy; objective: Objective }) {
    this.#space = space;
    this.#strategy = strategy;
    this.#objective = objective;
  }

  /** As the objective judges it. */
  get history(): readonly Observation[] {
    return this.#objective.score(this.#history);
  }

  /** Takes a turn's architectures, and says which canonical genotypes it needs scores of, each once. */
  expect(proposed: Proposed): string[] {
    this.#waiting = proposed.genotypes.map((genotype) => {
      const encoding = this.#space.parse(genotype);
      const canonical = this.#space.print(this.#space.canonical(encoding));
      return { phase: proposed.phase, encoding, genotype, canonical };
    });
    const needed = new Set(this.#waiting.map(({ canonical }) => canonical));
    return [...needed].filter((canonical) => !this.#scores.has(canonical));
  }

  score({ genotype, outcome }: Evaluated, about: Pick<Score, 'audit' | 'replayed'>): void {
    this.#scores.set(genotype, { ...resultOf(outcome), ...about });
  }

  /** Moves every architecture whose turn has come into the history. */
  *observe(): Generator<SearchEvent, void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const score = this.#scores.get(next.canonical);
      if (score === undefined) return;
      this.#waiting.shift();
      this.#replaying &&= score.replayed;
      const observed = this.#enter(next, score);
      yield { ...observed, replayed: this.#replaying };
      const { threshold, thresholdNote } = observed.status;
      if (threshold !== null && !this.#thresholdKnown) {
        this.#thresholdKnown = true;
        yield { type: 'threshold-set', threshold, note: thresholdNote, replayed: this.#replaying };
      }
    }
  }

  #enter({ phase, encoding, genotype, canonical }: Waiting, score: Score): Observed {
    const { curve, stopped, audit } = score;
    const index = this.#history.length;
    const reused = this.#observed.has(canonical);
    this.#history.push({
      phase,
      encoding,
      loss: score.loss,
      proxyValues: score.proxyValues,
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
      proxyValues: score.proxyValues,
      stopped,
      audit: reused ? null : audit,
      good,
      status,
    };
  }
}
