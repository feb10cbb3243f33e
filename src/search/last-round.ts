/** The last round of a search: its best architectures are scored again by a dearer evaluation, and the best one answers. */
import type { Encoding, Space } from '../spaces/space.js';
import { bestByTarget, type ObjectivePart } from '../strategies/answers/target.js';
import { encodingKey } from '../strategies/draw.js';
import type { Observation, SearchAnswer } from '../strategies/strategy.js';
import { type EvaluationOutcome, type Evaluator, lossOf } from './evaluator.js';

export interface LastRound {
  /** Most architectures to score, at least 1. */
  readonly count: number;
  /** The parts of the objective whose ranks choose the finalists; without any, the loss does. */
  readonly parts?: readonly ObjectivePart[] | undefined;
  /** Scores by a specification of its own, such as larger networks. Its outcomes need a loss. */
  readonly evaluator: Evaluator;
  /** The seeds of these evaluations derive from it. */
  readonly seed: number;
  /** Told how many architectures the evaluator is about to score: fewer than `count` where the search has fewer. */
  readonly onBegun?: ((architectures: number) => void) | undefined;
}

/** The best architectures of a history by the sum of their ranks, as canonical genotypes, best first. */
export function finalistsOf(
  space: Space,
  history: readonly Observation[],
  { count: most, parts }: Pick<LastRound, 'count' | 'parts'>,
): string[] {
  const nameOf = (place: number) => space.print(space.canonical((history[place] as Observation).encoding));
  return bestByTarget(history, { parts, most, nameOf });
}

/**
 * Answers with the finalist of the lowest loss in the last round; of equal ones, the search ranks the first one better.
 * @param scores of the finalists, in their order
 * @returns null when no finalist has a finite loss
 */
export function lastRoundAnswer(
  space: Space,
  history: readonly Observation[],
  scores: readonly { readonly genotype: string; readonly outcome: EvaluationOutcome }[],
): SearchAnswer | null {
  const losses = scores.map(({ outcome }) => lossOf(outcome));
  const lowest = Math.min(...losses);
  if (!Number.isFinite(lowest)) return null;
  const { genotype } = scores[losses.indexOf(lowest)] as (typeof scores)[number];
  const encoding = space.parse(genotype);
  const note = `The lowest loss of ${scores.length} finalists in the last round.`;
  return { encoding, voters: [observationOf(space, history, encoding)], note };
}

/** The first observation of an architecture or of one that is isomorphic to it. @param canonical from the history */
function observationOf(space: Space, history: readonly Observation[], canonical: Encoding): Observation {
  const key = encodingKey(canonical);
  return history.find(({ encoding }) => encodingKey(space.canonical(encoding)) === key) as Observation;
}
