import { flag, number, wholeNumber } from '../definitions/key.js';
import type { Fit } from '../protocol/forest.js';
import type { Bound } from '../protocol/messages.js';
import type { Space } from '../spaces/space.js';
import { createAnswering } from './answers/answering.js';
import { type CommonSettings, checkCommonSettings, checkCounts } from './common.js';
import { defineStrategy } from './definition.js';
import { futilityBounds } from './futility.js';
import type { Constraint } from './limits/constraint.js';
import { drawsFrom } from './limits/draws.js';
import { fitRequest, guidedProposals } from './proposals.js';
import type { Ask, FitObservation, Observation, Screener, Strategy, Surrogate } from './strategy.js';
import { fixedThreshold, provisionalLimit, searchStatus } from './threshold.js';

/**
 * Size of a warm-up turn when trainings may be stopped early. Later turns are bounded by earlier ones, so turns are
 * short; but long enough that the wait for the last training of a turn hardly counts.
 */
const WARM_UP_TURN = { least: 10, eachProposal: 8 };

export interface ForestSettings extends CommonSettings {
  /** Good architectures to find after the warm-up; at least 1. */
  readonly successes: number;
  /** Distinct random architectures that the forest chooses from in a turn; at least 1. */
  readonly candidates: number;
  /** Whether futile trainings may be stopped early. */
  readonly futility: boolean;
}

export interface ForestOptions {
  readonly space: Space;
  readonly surrogate: Surrogate;
  /** Drops candidates before the forest ranks them; left out when it ranks all. */
  readonly screener?: Screener | undefined;
  /** Left out without limits on the costs of networks. */
  readonly constraint?: Constraint | undefined;
  readonly settings: ForestSettings;
}

/**
 * The search of RMI-NAS: random architectures set a threshold, a random forest learns which encodings fall below it
 * and proposes the next ones, and the best good architectures vote. Source: `RF_suggest` of XNAS and the loop of its
 * `RMINAS.py`. It defines a result in three cases where the original fails:
 * - The warm-up has too few good architectures: see {@link searchStatus}. While fewer than two losses are finite, the
 *   warm-up continues, as many architectures at a time as run in parallel.
 * - Every drawn candidate is known: it draws more, and stops when the space is exhausted.
 * - The successes are never reached: the cap on evaluations ends the search.
 * @throws UsageError when a setting is out of its range or the space does not have the vote
 */
export function createForest({ space, surrogate, screener, constraint, settings }: ForestOptions): Strategy {
  checkCommonSettings('forest', settings);
  checkCounts('forest', { successes: settings.successes, candidates: settings.candidates });
  const answering = createAnswering({ name: 'forest', space, constraint, settings, votes: true });
  const draws = drawsFrom(space, constraint);
  const { cap, seed, candidates, thresholdRate, successes: successesWanted } = settings;
  const most = Math.min(cap, space.size);
  const warmup = Math.min(settings.warmup, most);
  const drawing = { space, draws, surrogate, screener, seed };
  const turn = settings.futility ? boundedTurn : (missing: number) => missing;
  const status = (history: readonly Observation[]) =>
    searchStatus(history, { warmup, cap, thresholdRate, successesWanted });

  async function ask(history: readonly Observation[], wish: number): Promise<Ask> {
    const { threshold, successes } = status(history);
    const have = history.length;
    if (threshold !== null && successes >= successesWanted) return { kind: 'stop', reason: 'successes-reached' };
    if (have >= space.size) return { kind: 'stop', reason: 'space-exhausted' };
    if (have >= cap) return { kind: 'stop', reason: 'evaluation-cap' };
    const room = most - have;
    const asked = threshold === null ? null : await answering.turn(history, Math.min(wish, room));
    if (asked !== null) return asked;
    const phase = threshold === null ? 'warm-up' : 'guided';
    const wanted = have < warmup ? turn(warmup - have, wish) : Math.min(wish, room);
    const proposals =
      threshold === null
        ? { encodings: await draws.warmUp(seed, have, wanted) }
        : await guidedProposals({ ...drawing, candidates, history, threshold, wanted, room });
    return proposals.encodings.length === 0
      ? { kind: 'stop', reason: 'space-exhausted' }
      : { kind: 'evaluate', phase, ...proposals };
  }

  return {
    name: 'forest',
    ask,
    status,
    lastFit: (history) => lastFitOf(history, { space, seed, warmup, thresholdRate }),
    bounds: (history) =>
      settings.futility ? boundsOf(history, status(history).threshold, { warmup, rate: thresholdRate }) : [],
    answer: (history) => answering.answer(history, status(history).threshold),
    confidence: answering.confidence,
  };
}

/** Architectures in the next turn of a warm-up whose later turns are bounded by the earlier ones. */
function boundedTurn(missing: number, guided: number): number {
  return Math.min(missing, Math.max(WARM_UP_TURN.least, WARM_UP_TURN.eachProposal * guided));
}

/** Nothing for a search that ended in its warm-up: its forest has proposed nothing that it could explain. */
function lastFitOf(
  history: readonly FitObservation[],
  { warmup, thresholdRate, ...options }: { space: Space; seed: number; warmup: number; thresholdRate: number },
): Fit | null {
  if (!history.some(({ phase }) => phase === 'guided')) return null;
  const losses = history.map(({ loss }) => loss);
  const threshold = fixedThreshold(losses, warmup, thresholdRate)?.value;
  return threshold === undefined ? null : fitRequest(history, [], { ...options, threshold });
}

/** Bounds at the threshold; during the warm-up at a limit that the threshold cannot exceed. */
function boundsOf(
  history: readonly Observation[],
  threshold: number | null,
  { warmup, rate }: { warmup: number; rate: number },
): Bound[] {
  const ended = history.filter(({ stopped }) => !stopped).map(({ loss }) => loss);
  const limit = threshold ?? provisionalLimit(ended, warmup, rate);
  return limit === null ? [] : futilityBounds(history, limit);
}

export const forest = defineStrategy({
  name: 'forest',
  aliases: [],
  doc: 'The search of RMI-NAS: a random forest learns which architectures are good, and the best ones vote.',
  keys: {
    'RMINAS.CANDIDATES': wholeNumber(
      1000,
      { least: 1, most: 100_000 },
      'Random candidates that the forest ranks in each turn.',
    ),
    'RMINAS.SCREEN': wholeNumber(
      0,
      { least: 0, most: 100_000 },
      'Candidates that the forest ranks after the cheapest proxies of the objective have ranked them; 0 is all.',
    ),
    'RMINAS.FUTILITY': flag(true, 'Whether to stop trainings that can no longer lead to a good architecture.'),
    'RMINAS.AUDIT': number(
      0.1,
      { least: 0, most: 1 },
      'Share of the architectures whose training is never stopped early, to measure the effect of stopping.',
    ),
  },
  growsForests: true,
  create: ({ space, surrogate, screener, constraint, minimisesTrainingLoss, ...context }, values) =>
    createForest({
      space,
      surrogate,
      screener,
      constraint,
      settings: {
        ...context,
        candidates: values['RMINAS.CANDIDATES'],
        futility: values['RMINAS.FUTILITY'] && minimisesTrainingLoss,
      },
    }),
});
