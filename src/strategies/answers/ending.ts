/** The end of a search by its answer: when it is sure enough, and what has to be evaluated before. */
import type { Encoding } from '../../spaces/space.js';
import { encodingKey, keysOf } from '../draw.js';
import type { Draws } from '../draws.js';
import type { Constraint } from '../limits/constraint.js';
import type { AnswerConfidence, Ask, Observation, SearchAnswer } from '../strategy.js';
import { surroundings } from './surroundings.js';
import { preferredWithin } from './within.js';

interface EndingOptions {
  readonly constraint: Constraint | undefined;
  /** Draws within the constraint. */
  readonly draws: Draws;
  readonly settings: {
    /** The probability of the answer that ends a search; 0 never ends it. */
    readonly confidence: number;
    readonly leastEvaluations: number;
    /** Whether the surroundings of the answer are evaluated first. */
    readonly checksAnswer: boolean;
  };
  /** The rule of the answer. */
  readonly answer: (history: readonly Observation[]) => SearchAnswer;
  readonly confidenceOf: (history: readonly Observation[], answer: Encoding) => Promise<AnswerConfidence | null>;
}

/**
 * The turn that the answer wants before anything else is proposed.
 * @param room most architectures of the turn
 * @returns the surroundings of the answer, or the end of the search; null for neither
 */
export type Ending = (history: readonly Observation[], room: number) => Promise<Ask | null>;

export function createEnding({ constraint, draws, settings, answer, confidenceOf }: EndingOptions): Ending {
  const { confidence, leastEvaluations, checksAnswer } = settings;

  async function answerWithin(history: readonly Observation[]): Promise<Encoding> {
    const { encoding, preference } = answer(history);
    if (constraint === undefined || preference === undefined) return encoding;
    const observed = history.map((one) => one.encoding);
    const [within = encoding] = await preferredWithin(preference, observed, constraint, 1);
    return within;
  }

  async function unchecked(history: readonly Observation[], present: Encoding): Promise<Encoding[]> {
    if (!checksAnswer) return [];
    const known = keysOf(history);
    return (await surroundings(present, draws)).filter((encoding) => !known.has(encodingKey(encoding)));
  }

  return async (history, room) => {
    if (confidence === 0 && !checksAnswer) return null;
    if (history.length < leastEvaluations || !history.some(({ loss }) => Number.isFinite(loss))) return null;
    const present = await answerWithin(history);
    const encodings = await unchecked(history, present);
    if (encodings.length > 0) return { kind: 'evaluate', phase: 'guided', encodings: encodings.slice(0, room) };
    const found = confidence === 0 ? null : await confidenceOf(history, present);
    return found !== null && found.answer >= confidence ? { kind: 'stop', reason: 'confident' } : null;
  };
}
