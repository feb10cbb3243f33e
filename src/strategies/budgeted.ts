import type { Encoding, Space } from '../spaces/space.js';
import { createAnswering } from './answers/answering.js';
import { type CommonSettings, checkCommonSettings } from './common.js';
import type { Draws } from './draws.js';
import type { Constraint } from './limits/constraint.js';
import { drawsFrom } from './limits/draws.js';
import type { Ask, Observation, Strategy } from './strategy.js';
import { searchStatus } from './threshold.js';

/** The options of every strategy that uses up a budget. */
export interface BudgetOptions<Settings extends CommonSettings = CommonSettings> {
  readonly space: Space;
  readonly settings: Settings;
  readonly constraint?: Constraint | undefined;
}

interface GuidedOptions extends BudgetOptions {
  readonly name: string;
  /**
   * Proposes architectures after the warm-up, none of which is in the history.
   * @param history contains the whole warm-up
   * @param wanted at least 1; the result may be shorter, and is empty when the space has no more architectures
   * @param draws of architectures within the constraint
   */
  readonly guide: (history: readonly Observation[], wanted: number, draws: Draws) => Promise<readonly Encoding[]>;
}

/**
 * A strategy that uses up a budget of evaluations: first random architectures, then guided ones. By default its answer
 * is the best of them. It sets the same threshold as the forest, for reports and for the architectures that vote.
 * @throws UsageError when a setting is out of its range
 */
export function createBudgeted({ name, space, settings, constraint, guide }: GuidedOptions): Strategy {
  checkCommonSettings(name, settings);
  const answering = createAnswering({ name, space, constraint, settings, votes: false });
  const draws = drawsFrom(space, constraint);
  const cap = Math.min(settings.cap, space.size);
  const warmup = Math.min(settings.warmup, cap);

  async function propose(
    history: readonly Observation[],
    proposals: number,
  ): Promise<Omit<Extract<Ask, { kind: 'evaluate' }>, 'kind'>> {
    const have = history.length;
    return have < warmup
      ? { phase: 'warm-up', encodings: await draws.warmUp(settings.seed, have, warmup - have) }
      : { phase: 'guided', encodings: await guide(history, Math.min(proposals, cap - have), draws) };
  }

  async function ask(history: readonly Observation[], proposals: number): Promise<Ask> {
    if (history.length >= space.size) return { kind: 'stop', reason: 'space-exhausted' };
    if (history.length >= cap) return { kind: 'stop', reason: 'evaluation-cap' };
    const room = Math.min(proposals, cap - history.length);
    const asked = history.length < warmup ? null : await answering.turn(history, room);
    if (asked !== null) return asked;
    const proposed = await propose(history, proposals);
    if (proposed.encodings.length === 0) return { kind: 'stop', reason: 'space-exhausted' };
    return { kind: 'evaluate', ...proposed };
  }

  const { thresholdRate } = settings;
  const status = (history: readonly Observation[]) =>
    searchStatus(history, { warmup, cap, thresholdRate, successesWanted: null });
  return {
    name,
    ask,
    status,
    bounds: () => [],
    answer: (history) => answering.answer(history, status(history).threshold),
    confidence: answering.confidence,
  };
}
