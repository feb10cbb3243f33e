/** Where a strategy takes architectures from: the whole space, or its part within limits. */
import type { Random } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';
import { drawDistinct, drawUnknown, proposeNew, warmUpProposals } from './draw.js';
import type { Observation } from './strategy.js';

export interface NewOnes {
  /** They are not proposed again. */
  readonly history: readonly Observation[];
  readonly wanted: number;
  readonly random: Random;
}

/** Draws architectures. Every method is a pure function of its arguments, the space and the costs of networks. */
export interface Draws {
  /** The next `count` random architectures of a warm-up that has `have` of them; fewer when the space has no more. */
  warmUp(seed: number, have: number, count: number): Promise<readonly Encoding[]>;
  /** Random candidates that are not in `known`. Limits of latency are not applied yet; see {@link Draws.within}. */
  candidates(
    random: Random,
    options: { readonly count: number; readonly wanted: number; readonly known: ReadonlySet<string> },
  ): Promise<readonly Encoding[]>;
  /** Random architectures that are not in `known`; fewer than wanted when the space has no more. */
  unknown(random: Random, wanted: number, known: ReadonlySet<string>): Promise<readonly Encoding[]>;
  /** Distinct results of `propose` that are not in the history, then random ones; fewer when the space has no more. */
  proposed(propose: () => Encoding, options: NewOnes): Promise<readonly Encoding[]>;
  neighbours(encoding: Encoding): Promise<readonly Encoding[]>;
  /** The candidates within the limits, in order. When they are rare, the nearest ones that are not in `known`. */
  within(candidates: readonly Encoding[], known: ReadonlySet<string>): AsyncIterable<Encoding>;
}

/** Draws from the whole space. */
export function freeDraws(space: Space): Draws {
  return {
    warmUp: async (seed, have, count) => warmUpProposals(space, seed, have, count),
    candidates: async (random, options) => drawUnknown(drawDistinct(space, random), options),
    unknown: async (random, wanted, known) => drawUnknown(drawDistinct(space, random), { count: 1, wanted, known }),
    proposed: async (propose, options) => proposeNew(propose, { space, ...options }),
    neighbours: async (encoding) => space.neighbours(encoding),
    async *within(candidates) {
      yield* candidates;
    },
  };
}
