/** The keys and settings of the answer, which all strategies share. */
import { choice, flag, type KeyGroup, number, text, wholeNumber } from '../../definitions/key.js';
import { type EdgeRank, VOTE_METHODS, type VoteMethod } from '../../spaces/space.js';
import { LINEAR_MODELS, type LinearModelKind } from './linear-model.js';
import type { ObjectivePart } from './target.js';

export const ANSWER_RULES = ['vote', 'best', 'weighted-vote', 'best-ranked', ...LINEAR_MODELS] as const;
export type AnswerRule = (typeof ANSWER_RULES)[number];

/** Whether a model gives the answer. Only such answers say how sure they are. */
export function isModelRule(rule: AnswerRule): rule is LinearModelKind {
  return (LINEAR_MODELS as readonly string[]).includes(rule);
}

export const ANSWER_KEYS = {
  'RMINAS.ANSWER': choice(
    'vote',
    ANSWER_RULES,
    'The rule that chooses the answer from the evaluated architectures; see [strategies](strategies.md#the-answer).',
  ),
  'RMINAS.ANSWER_WITHIN_LIMITS': choice(
    'same',
    ['same', ...ANSWER_RULES],
    'The rule of a search within limits; `same` is the rule of `RMINAS.ANSWER`.',
  ),
  'RMINAS.VOTE': choice('sum', VOTE_METHODS, 'How the best architectures vote.'),
  'RMINAS.VOTE_TOP': wholeNumber(50, { least: 1, most: 100_000 }, 'Best architectures that vote.'),
  'RMINAS.ANSWER_RIDGE': number(
    1,
    { above: 0 },
    'Penalty of the ridge regression of the answers `additive` and `pairwise`.',
  ),
  'RMINAS.CONFIDENCE': number(
    0,
    { least: 0, most: 1 },
    'The search ends when its answer is so probable; 0 never ends it. It needs the answer `additive` or `pairwise`.',
  ),
  'RMINAS.MIN_EVALUATIONS': wholeNumber(
    0,
    { least: 0, most: 1_000_000 },
    'Architectures before a search may end because its answer is sure.',
  ),
  'RMINAS.CHECK_ANSWER': flag(
    false,
    'From `MIN_EVALUATIONS` on, evaluate the neighbours of each `additive` or `pairwise` answer, and its exchanges, which swap the choices of two slots.',
  ),
  'RMINAS.FINALISTS': wholeNumber(
    0,
    { least: 0, most: 1000 },
    'Best-ranked architectures that a last round scores again before the search answers; 0 for none. See [a last round](searching.md#a-last-round).',
  ),
  'RMINAS.FINALISTS_WITHIN_LIMITS': wholeNumber(
    0,
    { least: 0, most: 1000 },
    'The same for a search within limits; 0 is the number of `RMINAS.FINALISTS`.',
  ),
  'RMINAS.FINALISTS_KEYS': text(
    '',
    { most: 4000 },
    'Pairs of key and value by which the last round differs from the search, such as `RMINAS.CHANNELS 16`.',
  ),
} satisfies KeyGroup;

/** How a search chooses its answer. What is left out has the default of its key. */
export interface AnswerSettings {
  readonly answer?: AnswerRule | undefined;
  readonly vote?: VoteMethod | undefined;
  /** How the vote of a space that leaves edges out ranks them; `votes` by default. */
  readonly edgeRank?: EdgeRank | undefined;
  /** Most architectures that vote; at least 1. */
  readonly voters?: number | undefined;
  /** Penalty of the ridge regression, above 0. */
  readonly ridge?: number | undefined;
  /** What the objective combines; empty for an objective that is one value. */
  readonly parts?: readonly ObjectivePart[] | undefined;
  /** The probability of the answer that ends a search, 0 to 1; 0 never ends it. */
  readonly confidence?: number | undefined;
  /** Observations before a search may end because its answer is sure; 0 by default. */
  readonly leastEvaluations?: number | undefined;
  /** Whether the search evaluates the surroundings of a model's answer after the least evaluations; not by default. */
  readonly checksAnswer?: boolean | undefined;
}
