/** The failures of single architectures. */
import { MissingError, SidecarError } from '../errors.js';
import type { Evaluator } from '../search/evaluator.js';

/** The network of an architecture of the user's space cannot be built or run. */
const UNUSABLE = 'architecture-failed';
/** Errors that concern one architecture only. */
const OF_ONE_ARCHITECTURE = new Set(['evaluation-died', 'out-of-memory', UNUSABLE]);

/**
 * The reason why one architecture could not be computed.
 * @throws the error itself when it concerns more than one architecture.
 */
export function failureOfOne(error: unknown): string {
  if (error instanceof SidecarError && OF_ONE_ARCHITECTURE.has(error.code)) return error.message;
  if (error instanceof MissingError && error.code === UNUSABLE) return error.message;
  throw error;
}

/** Failures without a success after which a space of the user counts as unusable. */
export const MOST_FAILURES = 20;

/** Ends the work when no architecture of the user's space can be used. */
export class UnusableSpace {
  #first: MissingError | undefined;
  #failures = 0;
  #succeeded: boolean;

  /** @param succeeded whether an architecture has been evaluated already, e.g. before the work was resumed */
  constructor(succeeded = false) {
    this.#succeeded = succeeded;
  }

  /** The evaluator, whose results show that the space can be used. Results of other runs count too. */
  watch(evaluator: Evaluator): Evaluator {
    return {
      get capacity() {
        return evaluator.capacity;
      },
      evaluate: async (request) => {
        const outcome = await evaluator.evaluate(request);
        if ('evaluation' in outcome) this.succeeded();
        return outcome;
      },
    };
  }

  succeeded(): void {
    this.#succeeded = true;
  }

  /**
   * The reason why one architecture could not be computed.
   * @throws as {@link failureOfOne}; MissingError `unusable-space` when the first {@link MOST_FAILURES} have all failed
   */
  failureOfOne(error: unknown): string {
    const reason = failureOfOne(error);
    if (!(error instanceof MissingError) || this.#succeeded) return reason;
    this.#first ??= error;
    this.#failures += 1;
    if (this.#failures < MOST_FAILURES) return reason;
    const { message, nextSteps } = this.#first;
    throw new MissingError(`The first ${MOST_FAILURES} architectures all failed. ${message}`, {
      code: 'unusable-space',
      nextSteps,
    });
  }
}
