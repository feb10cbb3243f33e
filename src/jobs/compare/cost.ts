import type { EvaluationOutcome } from '../../search/evaluator.js';
import type { Proposed, SearchEvent } from '../../search/events.js';
import { trainingFlops } from '../../search/training-flops.js';

/** The cost of a search's architectures. Teacher and batch, which cost all searches the same, are not included. */
export interface SearchCost {
  /** Summed over workers, as measured in the sidecar. A cached score counts the seconds of its first computation. */
  readonly seconds: number;
  /** Losses observed in trainings. */
  readonly steps: number;
  /** Millions of multiply-adds of all passes. */
  readonly flops: number;
  /** Seconds of training according to a benchmark, where its accuracy replaces the training; otherwise as `seconds`. */
  readonly simulated: number;
  /** Architectures evaluated, failures included. */
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

/** A failed evaluation costs one evaluation: its seconds are unknown. @param batch images in the batch */
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

/** The cost of screening the candidates of a turn. */
function costOfProposal({ screened }: Proposed): SearchCost {
  if (screened === undefined) return NO_COST;
  const { seconds, flops } = screened;
  return { ...NO_COST, seconds, flops, simulated: seconds };
}

export function addCosts(a: SearchCost, b: SearchCost): SearchCost {
  return costFrom((kind) => a[kind] + b[kind]);
}

/** Adds up the cost of a search, in the order of its history. Duplicates cost nothing. */
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
