import type { EvaluationOutcome } from '../../search/evaluator.js';
import type { Proposed, SearchEvent } from '../../search/events.js';
import { trainingFlops } from '../../search/training-flops.js';

/** What a search has spent on architectures; the teacher and the batch, which all searches alike need, are left out. */
export interface SearchCost {
  /** Of workers, summed, as the sidecar measured them; for a score from the cache those that it took at first. */
  readonly seconds: number;
  /** Losses observed in trainings. */
  readonly steps: number;
  /** Millions of multiply-adds of all passes. */
  readonly flops: number;
  /** Seconds that training would have taken, where a benchmark's accuracy stands in for it; the others everywhere else. */
  readonly simulated: number;
  /** Architectures evaluated, be it that they failed. */
  readonly evaluations: number;
}

export const COST_KINDS = [
  'seconds',
  'steps',
  'flops',
  'simulated',
  'evaluations',
] as const satisfies readonly (keyof SearchCost)[];
export type CostKind = (typeof COST_KINDS)[number];

export const NO_COST: SearchCost = { seconds: 0, steps: 0, flops: 0, simulated: 0, evaluations: 0 };

/** @param batch images in the batch. A failed evaluation has told nothing of what it took. */
export function costOfEvaluation(outcome: EvaluationOutcome, batch: number): SearchCost {
  if ('failure' in outcome) return { ...NO_COST, evaluations: 1 };
  const { evaluation, measuring = { seconds: 0, flops: 0 }, simulatedSeconds } = outcome;
  const { steps, flops: image = 0 } = evaluation;
  const seconds = evaluation.seconds + measuring.seconds;
  const flops = trainingFlops(image, batch, steps) + measuring.flops;
  return { seconds, steps, flops, simulated: simulatedSeconds ?? seconds, evaluations: 1 };
}

/** A number for each kind of cost. */
export function costFrom<T>(of: (kind: CostKind) => T): Record<CostKind, T> {
  return Object.fromEntries(COST_KINDS.map((kind) => [kind, of(kind)])) as Record<CostKind, T>;
}

/** What finding the architectures of a turn took, where candidates were screened. */
function costOfProposal({ screened }: Proposed): SearchCost {
  if (screened === undefined) return NO_COST;
  const { seconds, flops } = screened;
  return { ...NO_COST, seconds, flops, simulated: seconds };
}

export function addCosts(a: SearchCost, b: SearchCost): SearchCost {
  return costFrom((kind) => a[kind] + b[kind]);
}

/** Adds up what a search spends, architecture by architecture in the order of its history. Duplicates cost nothing. */
export class CostMeter {
  readonly #batch: number;
  readonly #evaluations = new Map<string, SearchCost>();
  #total: SearchCost = NO_COST;

  /** @param batch images in the batch */
  constructor(batch: number) {
    this.#batch = batch;
  }

  get total(): SearchCost {
    return this.#total;
  }

  add(event: SearchEvent): void {
    if (event.type === 'proposed') this.#total = addCosts(this.#total, costOfProposal(event));
    if (event.type === 'evaluated') {
      this.#evaluations.set(event.genotype, costOfEvaluation(event.outcome, this.#batch));
    }
    if (event.type === 'observed' && !event.reused) {
      this.#total = addCosts(this.#total, this.#evaluations.get(event.canonical) ?? NO_COST);
    }
  }
}
