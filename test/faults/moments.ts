/** Moments at which a search can be killed, drawn from each of its phases. */
import type { Random } from '../../src/random/random.js';

export const PHASES = ['start', 'preparation', 'warm-up', 'guided', 'conclusion'] as const;
export type Phase = (typeof PHASES)[number];

/** A kill of the controller. */
export interface Moment {
  readonly phase: Phase;
  /** The moment as test/support/signal-at.mjs reads it. */
  readonly at: string;
}

/** Evaluations of the undisturbed search. */
export interface Sizes {
  readonly warmup: number;
  readonly total: number;
}

const STEPS = ['before', 'half', 'written', 'synced'] as const;

const pick = <T>(random: Random, values: readonly [T, ...T[]]): T => values[random.below(values.length)] ?? values[0];

/**
 * Draws one kill after another, so that each phase is hit twice, and the start once. Of the two kills in a phase, one
 * tears a line of the journal or leaves it unsynced.
 * @param kept evaluations that the journal has, when it is called
 */
export function* drawMoments(random: Random, { warmup, total }: Sizes, kept: () => number): Generator<Moment> {
  /** Number of an evaluation of this session, which is one of the next in the phase. */
  const soon = (from: number, until: number) => 1 + from - kept() + random.below(Math.max(1, until - from));
  const early = () => Math.max(kept(), 0);
  const torn = () => pick(random, ['half', 'written']);
  const intact = () => pick(random, ['before', 'synced']);

  yield { phase: 'start', at: pick(random, ['spawn', 'message hello 1']) };
  yield { phase: 'preparation', at: 'message prepared 1' };
  yield { phase: 'preparation', at: `journal ${pick(random, ['run', 'session'])} 1 ${pick(random, STEPS)}` };
  yield { phase: 'warm-up', at: `journal evaluated ${soon(early(), warmup / 2)} ${torn()}` };
  const late = pick(random, [
    `journal evaluated ${soon(early(), warmup)} ${intact()}`,
    `message evaluated ${soon(early(), warmup)}`,
  ]);
  yield { phase: 'warm-up', at: late };
  const middle = Math.floor((warmup + total) / 2);
  const guided = () => Math.max(early(), warmup);
  yield { phase: 'guided', at: `journal evaluated ${soon(guided(), middle)} ${torn()}` };
  yield { phase: 'guided', at: pick(random, ['message fitted 1', `journal proposed 1 ${intact()}`]) };
  yield {
    phase: 'guided',
    at: pick(random, [`journal evaluated ${soon(guided(), total - 2)} ${intact()}`, 'message evaluated 1']),
  };
  yield { phase: 'conclusion', at: `journal finished 1 ${pick(random, STEPS)}` };
  yield { phase: 'conclusion', at: pick(random, ['message verified 1', `journal verified 1 ${torn()}`]) };
  yield { phase: 'conclusion', at: `result ${pick(random, ['before', 'half', 'written', 'renamed'])}` };
}
