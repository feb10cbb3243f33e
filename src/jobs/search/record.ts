import type { Objective } from '../../objectives/index.js';
import type { Evaluated, FinalistScored, Finished, Observed, SearchEvent } from '../../search/events.js';
import type { Screened } from '../../strategies/strategy.js';
import type { ArchitectureScore, SearchResult } from './result.js';

/** The findings and the cost of a search so far, gathered from its events. */
export class SearchRecord {
  readonly observed: Observed[] = [];
  /** The scores of the last round, in the order of their ends. */
  readonly finalists: FinalistScored[] = [];
  readonly #outcomes = new Map<string, Evaluated['outcome']>();
  readonly #screened: Screened[] = [];
  readonly #objective: Objective;
  #finished: Finished | null = null;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  add(event: SearchEvent): void {
    if (event.type === 'proposed' && event.screened) this.#screened.push(event.screened);
    if (event.type === 'evaluated') this.#outcomes.set(event.genotype, event.outcome);
    if (event.type === 'observed') this.observed.push(event);
    if (event.type === 'finalist') this.finalists.push(event);
    if (event.type === 'finished') this.#finished = event;
  }

  /** How the search ended. @throws Error before its end */
  get end(): Finished {
    if (this.#finished === null) throw new Error('The search has not ended.');
    return this.#finished;
  }

  /** Architectures evaluated by this run. */
  get evaluations(): number {
    return this.#outcomes.size - this.cached;
  }

  /** Architectures with a score from another run. */
  get cached(): number {
    return [...this.#outcomes.values()].filter(isCached).length;
  }

  get failures(): number {
    return [...this.#outcomes.values()].filter((outcome) => 'failure' in outcome).length;
  }

  /** Losses observed over all trainings of this run: the forward passes of the search. */
  get steps(): number {
    return this.#sum((evaluation) => evaluation.steps);
  }

  get evaluationSeconds(): number {
    return this.#sum((evaluation) => evaluation.seconds);
  }

  /** Cost of the proxies in this run. */
  get measuring(): SearchResult['cost']['measuring'] {
    const total = { seconds: 0, flops: 0 };
    for (const outcome of this.#outcomes.values()) {
      if (!('evaluation' in outcome) || !outcome.measuring || outcome.measuring.cached) continue;
      total.seconds += outcome.measuring.seconds;
      total.flops += outcome.measuring.flops;
    }
    return total;
  }

  /** Cost of screening; null without screening. */
  get screening(): Screened | null {
    if (this.#screened.length === 0) return null;
    const sum = (key: keyof Screened) => this.#screened.reduce((total, screened) => total + screened[key], 0);
    return { measured: sum('measured'), skipped: sum('skipped'), seconds: sum('seconds'), flops: sum('flops') };
  }

  /** Seconds of training according to a benchmark; null if it has none. */
  get simulatedSeconds(): number | null {
    const seconds = [...this.#outcomes.values()].flatMap((outcome) =>
      'evaluation' in outcome && outcome.simulatedSeconds !== undefined ? [outcome.simulatedSeconds] : [],
    );
    return seconds.length === 0 ? null : seconds.reduce((a, b) => a + b);
  }

  /** The score of an architecture; undefined unless its canonical form was evaluated to the end. */
  scoreOf(genotype: string, canonical: string): ArchitectureScore | undefined {
    const outcome = this.#outcomes.get(canonical);
    return outcome && isWhole(outcome) ? toScore(genotype, canonical, outcome) : undefined;
  }

  /** The observed architecture of lowest loss, by the objective over the whole history. */
  get best(): { genotype: string; loss: number } {
    const [first, ...others] = this.#objective.score(this.observed);
    if (!first) throw new Error('a run without observations has no best architecture');
    const best = others.reduce((a, b) => (b.loss < a.loss ? b : a), first);
    return { genotype: best.genotype, loss: best.loss };
  }

  #sum(of: (evaluation: { steps: number; seconds: number }) => number): number {
    let total = 0;
    for (const outcome of this.#outcomes.values()) {
      if ('evaluation' in outcome && !isCached(outcome)) total += of(outcome.evaluation);
    }
    return total;
  }
}

function isCached(outcome: Evaluated['outcome']): boolean {
  return 'cached' in outcome && outcome.cached === true;
}

/** Whether an evaluation was not stopped early. Failures count as whole. */
export function isWhole(outcome: Evaluated['outcome']): boolean {
  return 'failure' in outcome || (outcome.evaluation.stopped ?? null) === null;
}

export function toScore(genotype: string, canonical: string, outcome: Evaluated['outcome']): ArchitectureScore {
  if ('failure' in outcome) {
    const nothing = { loss: null, crossEntropy: null, cka: [], steps: 0, flops: null, parts: {}, seconds: 0 };
    return { genotype, canonical, ...nothing, failure: outcome.failure };
  }
  const { loss, crossEntropy, cka, steps, flops = null, seconds } = outcome.evaluation;
  const { parts = {}, measuring } = outcome;
  const all = seconds + (measuring?.seconds ?? 0);
  return { genotype, canonical, loss, crossEntropy, cka, steps, flops, parts, seconds: all, failure: null };
}

/**
 * The effect of stopping futile trainings, and the findings of the audit. A false stop is an audited training that the
 * bounds would have stopped, and that ended below the threshold.
 * @param steps losses of a whole training
 */
export function reportFutility(
  observed: readonly Observed[],
  threshold: number | null,
  steps: number,
): NonNullable<SearchResult['futility']> {
  const stops = observed.flatMap(({ stopped, reused }) => (stopped === null || reused ? [] : [stopped]));
  const audited = observed.filter(({ audit }) => audit !== null);
  const crossed = audited.filter(({ audit }) => audit?.crossed != null);
  const falseStops = crossed.filter(({ loss }) => threshold !== null && loss < threshold).length;
  return {
    stopped: stops.length,
    stepsSaved: stops.reduce((sum, step) => sum + steps - step, 0),
    audited: audited.length,
    auditedStops: crossed.length,
    falseStops,
    falseStopRate: crossed.length === 0 ? null : falseStops / crossed.length,
  };
}
