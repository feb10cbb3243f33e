/** The answer of a search by the rule of its settings, and how sure it is. */
import { UsageError } from '../../errors.js';
import type { Encoding, Space } from '../../spaces/space.js';
import { checkVoteMethod } from '../../spaces/vote.js';
import { bestAnswer, rankedOf, votedAnswer } from '../answer.js';
import { checkCounts } from '../common.js';
import type { Constraint } from '../limits/constraint.js';
import { drawsFrom } from '../limits/draws.js';
import type { AnswerConfidence, Observation, SearchAnswer } from '../strategy.js';
import { calibrated } from './calibration.js';
import { answerConfidence } from './confidence.js';
import { createEnding, type Ending } from './ending.js';
import { LINEAR_MODELS, ModelData } from './linear-model.js';
import { modelAnswer } from './model-answer.js';
import { bestRankedAnswer } from './ranked-answer.js';
import { ANSWER_KEYS, type AnswerRule, type AnswerSettings, isModelRule } from './settings.js';

/** Histories that are resampled to find out how sure an answer is. */
const RESAMPLES = 200;

export interface AnsweringOptions {
  readonly name: string;
  readonly space: Space;
  readonly constraint?: Constraint | undefined;
  readonly settings: AnswerSettings & { readonly seed: number };
  /** Whether `vote` means a vote. Strategies that take no votes answer with the best architecture then. */
  readonly votes: boolean;
}

export interface Answering {
  /** @param threshold of good architectures; null when it is not set yet */
  answer(history: readonly Observation[], threshold: number | null): SearchAnswer;
  /** @param answer within the limits; null when the rule has no estimate */
  confidence(history: readonly Observation[], answer: Encoding): Promise<AnswerConfidence | null>;
  /** The turn that the answer wants before anything else is proposed, after the warm-up. */
  readonly turn: Ending;
}

/** @throws UsageError when a setting is out of its range or the space does not have the vote */
export function createAnswering({ name, space, constraint, settings, votes }: AnsweringOptions): Answering {
  const defaults = ANSWER_KEYS['RMINAS.VOTE_TOP'].default as number;
  const { answer: rule = 'vote', vote: method = 'sum', edgeRank = 'votes', voters = defaults } = settings;
  const { ridge = ANSWER_KEYS['RMINAS.ANSWER_RIDGE'].default as number, parts = [], seed } = settings;
  const { confidence = 0, leastEvaluations = 0, checksAnswer = false } = settings;
  checkVoteMethod(space, method);
  checkCounts(name, { voters });
  checkModelSettings(rule, { confidence, checksAnswer });
  const kind = isModelRule(rule) ? rule : null;
  const ballot = { space, rules: { method, edgeRank }, voters };

  async function confidenceOf(history: readonly Observation[], answer: Encoding): Promise<AnswerConfidence | null> {
    if (kind === null || !history.some(({ loss }) => Number.isFinite(loss))) return null;
    const data = new ModelData(space, history, { kind, ridge, parts });
    const shares = await answerConfidence({ data, answer, constraint, seed, resamples: RESAMPLES });
    return {
      ...shares,
      answer: calibrated(shares.answer, 'answer'),
      slots: shares.slots.map((share) => calibrated(share, 'slot')),
    };
  }

  function answer(history: readonly Observation[], threshold: number | null): SearchAnswer {
    const best = bestAnswer(history);
    if (kind !== null) return modelAnswer(space, history, { kind, ridge, parts, ranked: rankedOf(history) });
    if (rule === 'best-ranked') return bestRankedAnswer(history, parts);
    if (rule === 'best' || (rule === 'vote' && !votes)) return best;
    return votedAnswer(history, threshold, { ...ballot, weighted: rule === 'weighted-vote' });
  }

  const turn = createEnding({
    ...{ constraint, draws: drawsFrom(space, constraint), confidenceOf },
    settings: { confidence, leastEvaluations, checksAnswer },
    answer: (history) => answer(history, null),
  });
  return { answer, confidence: confidenceOf, turn };
}

/** Only the answer of a model has a confidence and can be checked. */
function checkModelSettings(rule: AnswerRule, settings: { confidence: number; checksAnswer: boolean }): void {
  if (isModelRule(rule)) return;
  const model = `Set RMINAS.ANSWER to ${LINEAR_MODELS.join(' or ')}`;
  if (settings.confidence !== 0) {
    throw new UsageError(`RMINAS.CONFIDENCE is ${settings.confidence}, and the answer '${rule}' has no confidence.`, {
      code: 'confidence-without-model',
      nextSteps: [`${model}, or RMINAS.CONFIDENCE to 0.`],
    });
  }
  if (settings.checksAnswer) {
    throw new UsageError(`RMINAS.CHECK_ANSWER is True, and the answer '${rule}' cannot be checked.`, {
      code: 'check-without-model',
      nextSteps: [`${model}, or RMINAS.CHECK_ANSWER to False.`],
    });
  }
}
