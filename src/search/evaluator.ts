import {
  anyNumber,
  checkArgument,
  checkOptions,
  filledText,
  numberFrom,
  type OptionShape,
  objectWith,
  wholeNumberOption,
  withMethods,
} from '../options.js';
import type { Bound, Evaluation } from '../protocol/messages.js';
import type { FindCosts } from '../strategies/limits/costs.js';

/** One architecture to evaluate. */
export interface EvaluationRequest {
  /** The text of the canonical genotype, as `space.print` writes it. */
  readonly genotype: string;
  /** Seed of everything random in the evaluation, in [0, 2^53). It is a function of the run's seed and the genotype. */
  readonly seed: number;
  /**
   * Bounds by rising step. A training whose lowest loss is above a bound at its step may stop there and report
   * `stopped`. Left out when the training must run to its end. An evaluator may ignore bounds.
   */
  readonly bounds?: readonly Bound[];
}

/** Cost of measuring proxies. */
export interface Measuring {
  readonly seconds: number;
  /** Millions of multiply-adds. */
  readonly flops: number;
  /** Set when an earlier run measured the values. */
  readonly cached?: true | undefined;
}

/**
 * The result of an evaluation, or the reason for its failure. A failure counts as infinite loss. The loss is null and
 * the curve empty when the objective needs no training to the end. Outcomes are journalled as they are, so they must
 * be plain JSON data.
 */
export type EvaluationOutcome =
  | {
      readonly evaluation: Evaluation;
      /** Set when an earlier run computed the evaluation. */
      readonly cached?: true | undefined;
      /**
       * Values of the objective's proxies by name; null where a value is not finite. Journals and results use this
       * field name; observations call the values `proxyValues`.
       */
      readonly parts?: Readonly<Record<string, number | null>> | undefined;
      /** Cost of the proxies in addition to the evaluation. Values that were known already cost nothing. */
      readonly measuring?: Measuring | undefined;
      /** Seconds that the training would take according to a benchmark. They were not spent. */
      readonly simulatedSeconds?: number | undefined;
    }
  | { readonly failure: string };

/** The loss of an outcome; infinite for a failure and for a loss that is not finite. */
export function lossOf(outcome: EvaluationOutcome): number {
  const loss = 'failure' in outcome ? null : outcome.evaluation.loss;
  return loss !== null && Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
}

/**
 * Evaluates architectures. The controller does not know how: by training, by proxies, from a benchmark's table, or
 * with any function of the genotype.
 */
export interface Evaluator {
  /** Identifies a custom evaluator in journals and results; `unnamed` by default. */
  readonly name?: string | undefined;
  /**
   * How many evaluations run in parallel; a value below 1, or NaN, counts as 1. The controller reads it before each start. It
   * is also the number of proposals in a guided turn, unless the search has a number of its own. Without such a number,
   * a reproducible run needs a constant capacity.
   */
  readonly capacity: number;
  /**
   * Evaluates one architecture. The outcome should be a function of the request: results then depend neither on the
   * order of evaluations nor on interruptions. The controller never asks twice for the same genotype in a run.
   * @throws any error that makes the whole search impossible; the search ends with it. The failure of a single
   *   architecture is an outcome instead.
   */
  evaluate(request: EvaluationRequest): Promise<EvaluationOutcome>;
  /**
   * Finds costs of networks; needed for limits on them and for a Pareto front. The controller asks for many architectures
   * at once, and for each cost of an architecture once in a run. It never calls this while an evaluation runs.
   * @throws any error that makes the whole search impossible. A single cost that cannot be found is null.
   */
  readonly costs?: FindCosts | undefined;
}

/** How many evaluations an evaluator runs in parallel now: a whole number of at least 1, or infinite. */
export function capacityOf({ capacity }: Pick<Evaluator, 'capacity'>): number {
  return capacity >= 1 ? Math.floor(capacity) : 1;
}

/** The schema of an evaluator of a script. */
export const evaluatorOption = objectWith<Evaluator>('an evaluator: an object with a capacity and evaluate()', {
  name: filledText.optional(),
  capacity: wholeNumberOption(1),
  ...withMethods('evaluate'),
});

const OUTCOME_OPTIONS: OptionShape<{ seconds?: number | undefined }> = { seconds: numberFrom(0).optional() };

/**
 * The outcome of an evaluator that computes only a loss, without proxies or a training curve.
 * @param loss lower is better; a value that is not finite counts as infinite
 * @throws UsageError `invalid-option`
 */
export function outcomeOfLoss(loss: number, options: { seconds?: number | undefined } = {}): EvaluationOutcome {
  checkArgument('outcomeOfLoss()', 'loss', anyNumber, loss);
  const { seconds = 0 } = checkOptions('outcomeOfLoss()', OUTCOME_OPTIONS, options);
  return { evaluation: { loss, curve: [], cka: [], crossEntropy: null, steps: 0, seconds } };
}
