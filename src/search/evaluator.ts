import type { Bound, Evaluation } from '../protocol/messages.js';

export interface EvaluationRequest {
  /** Text of the canonical genotype: what is trained. */
  readonly genotype: string;
  readonly seed: number;
  /** Where the training may be stopped; left out, it goes to its end. */
  readonly bounds?: readonly Bound[];
}

export interface Measuring {
  readonly seconds: number;
  /** Millions of multiply-adds. */
  readonly flops: number;
  /** Measured by an earlier run. */
  readonly cached?: true | undefined;
}

/**
 * An evaluation, or the reason why there is none; a failure counts as infinite loss. A cached evaluation was computed
 * by an earlier run. Where the objective needs no training, or not its whole course, the evaluation has no loss and no
 * curve, and took no time of its own.
 */
export type EvaluationOutcome =
  | {
      readonly evaluation: Evaluation;
      readonly cached?: true | undefined;
      /** What the objective's proxies measured, by name; null where that is no finite number. */
      readonly parts?: Readonly<Record<string, number | null>> | undefined;
      /** What measuring them took besides the evaluation; what had been measured before takes nothing. */
      readonly measuring?: Measuring | undefined;
      /** What a benchmark says that it takes to train the architecture: seconds, which nobody spent. */
      readonly simulatedSeconds?: number | undefined;
    }
  | { readonly failure: string };

/** Scores architectures. The controller knows nothing of how. */
export interface Evaluator {
  /** How many evaluations run side by side. */
  readonly capacity: number;
  /**
   * @throws whatever makes the whole search impossible; a failure of this one architecture is an outcome.
   */
  evaluate(request: EvaluationRequest): Promise<EvaluationOutcome>;
}
