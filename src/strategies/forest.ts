import type { Bound } from '../protocol/messages.js';
import type { Space } from '../spaces/space.js';
import { bestAnswer, votedAnswer } from './answer.js';
import { checkSettings, type ForestSettings } from './forest-settings.js';
import { futilityBounds } from './futility.js';
import { guidedProposals, warmUpProposals } from './proposals.js';
import { searchStatus } from './status.js';
import type { Ask, Observation, Screener, Strategy, Surrogate } from './strategy.js';
import { provisionalLimit } from './threshold.js';

export type { ForestSettings } from './forest-settings.js';

/**
 * Architectures in a turn of a warm-up whose trainings may be stopped: at least so many, and so many for each worker,
 * beside which waiting for the last one is little.
 */
const WARM_UP_TURN = { least: 10, eachWorker: 8 };

export interface ForestOptions {
  readonly space: Space;
  readonly surrogate: Surrogate;
  /** Says which candidates the forest ranks; left out: all. */
  readonly screener?: Screener | undefined;
  readonly settings: ForestSettings;
}

/**
 * The search of RMI-NAS: random architectures set a threshold, a random forest then learns which encodings fall
 * under it and proposes the next ones, and the best good ones vote. Source: `RF_suggest` of XNAS and the loop of its
 * `RMINAS.py`. Where the original fails there is a defined answer:
 * - too few good ones in the warm-up: see {@link fixedThreshold}; while fewer than two losses are finite, the warm-up
 *   goes on, as many at a time as run side by side;
 * - every candidate drawn is known: drawing goes on, and stops when the space is exhausted;
 * - no success in sight: the cap on evaluations ends the search.
 * @throws UsageError when a setting is out of its range or the space has no such vote.
 */
export function createForest({ space, surrogate, screener, settings }: ForestOptions): Strategy {
  checkSettings(settings, space);
  const most = Math.min(settings.cap, space.size);
  const warmup = Math.min(settings.warmup, most);
  const turn = settings.futility ? boundedTurn : (missing: number) => missing;

  const { cap, thresholdRate, successes: successesWanted } = settings;
  const status = (history: readonly Observation[]) =>
    searchStatus(history, { warmup, cap, thresholdRate, successesWanted });

  async function ask(history: readonly Observation[], capacity: number): Promise<Ask> {
    const { threshold, successes } = status(history);
    const have = history.length;
    if (threshold !== null && successes >= successesWanted) return { kind: 'stop', reason: 'successes-reached' };
    if (have >= space.size) return { kind: 'stop', reason: 'space-exhausted' };
    if (have >= cap) return { kind: 'stop', reason: 'evaluation-cap' };
    const room = most - have;
    const phase = threshold === null ? 'warm-up' : 'guided';
    const count = have < warmup ? turn(warmup - have, capacity) : Math.min(capacity, room);
    const proposals =
      threshold === null
        ? { encodings: warmUpProposals(space, settings.seed, have, count) }
        : await guidedProposals({ space, surrogate, screener, settings, history, threshold, wanted: count, room });
    return proposals.encodings.length === 0
      ? { kind: 'stop', reason: 'space-exhausted' }
      : { kind: 'evaluate', phase, ...proposals };
  }

  return {
    name: 'forest',
    ask,
    status,
    bounds: (history) =>
      settings.futility ? boundsOf(history, status(history).threshold, { warmup, rate: thresholdRate }) : [],
    answer: (history) =>
      settings.answer === 'best'
        ? bestAnswer(history)
        : votedAnswer(history, status(history).threshold, { space, settings }),
  };
}

/** Architectures of the warm-up's next turn, where its later turns are bounded by the earlier ones. */
function boundedTurn(missing: number, capacity: number): number {
  return Math.min(missing, Math.max(WARM_UP_TURN.least, WARM_UP_TURN.eachWorker * capacity));
}

/** Bounded is what cannot come under the threshold, and in the warm-up what cannot have a part in setting it. */
function boundsOf(
  history: readonly Observation[],
  threshold: number | null,
  { warmup, rate }: { warmup: number; rate: number },
): Bound[] {
  const ended = history.filter(({ stopped }) => !stopped).map(({ loss }) => loss);
  const limit = threshold ?? provisionalLimit(ended, warmup, rate);
  return limit === null ? [] : futilityBounds(history, limit);
}
