import { createRandom } from '../random/random.js';
import { shuffled } from '../random/sampling.js';
import type { Encoding } from '../spaces/space.js';
import { lowestLoss } from './answer.js';
import { type BudgetOptions, createBudgeted } from './budgeted.js';
import { defineStrategy } from './definition.js';
import { encodingKey, keysOf } from './draw.js';
import type { Draws } from './draws.js';
import { Fold } from './fold.js';
import type { Observation, Strategy } from './strategy.js';

/**
 * Local search (White et al., UAI 2021, algorithm 1): it starts at the best architecture of the warm-up, evaluates
 * all neighbours in random order and moves to the best of them. When no neighbour is better, it restarts at a random
 * architecture. Observed architectures are not evaluated again, but the search may move to them.
 * @throws UsageError when a setting is out of its range
 */
export function createLocalSearch(options: BudgetOptions): Strategy {
  const { space, settings, constraint } = options;
  const walked = new Fold<Walked>(
    () => ({ indices: new Map(), place: undefined }),
    ({ indices }, { encoding }, index) => indices.set(encodingKey(encoding), index),
  );
  return createBudgeted({
    name: 'local-search',
    ...{ space, settings, constraint },
    guide: async (history, wanted, draws) => {
      const pending = await pendingOf(history, walked.of(history), draws, settings.seed);
      if (pending.length > 0) return pending.slice(0, wanted);
      return draws.unknown(createRandom(settings.seed, 'restart', history.length), 1, keysOf(history));
    },
  });
}

/** The part of a history that the search has walked through. */
interface Walked {
  /** By the key of the encoding. */
  readonly indices: Map<string, number>;
  /** The last position that was reached, and the observations before its neighbours. */
  place: { readonly seen: number; readonly position: Observation } | undefined;
}

/**
 * The neighbours of the current position that are not evaluated yet, in evaluation order; empty when the search has
 * to restart. The position follows from the history: each position is followed by its unknown neighbours, then by
 * those of the best neighbour, until no neighbour is better and a random restart follows.
 */
async function pendingOf(
  history: readonly Observation[],
  walked: Walked,
  draws: Draws,
  seed: number,
): Promise<Encoding[]> {
  const { indices } = walked;
  const indexOf = (encoding: Encoding) => indices.get(encodingKey(encoding)) ?? history.length;
  const start = history.filter(({ phase }) => phase === 'warm-up').length;
  let { seen, position } = walked.place ?? { seen: start, position: lowestLoss(history.slice(0, start)) };
  while (position !== undefined) {
    const neighbours = await draws.neighbours(position.encoding);
    const unknown = neighbours.filter((neighbour) => indexOf(neighbour) >= seen);
    // The surroundings of an answer may have been evaluated in between, some of the pending ones among them.
    const pending = shuffled(createRandom(seed, 'neighbours', seen), unknown);
    const missing = pending.filter((neighbour) => indexOf(neighbour) === history.length);
    if (missing.length > 0) return missing;
    seen = pending.reduce((end, neighbour) => Math.max(end, indexOf(neighbour) + 1), seen);
    const best = lowestLoss(neighbours.flatMap((neighbour) => history[indexOf(neighbour)] ?? []));
    const moves = best !== undefined && best.loss < position.loss;
    position = moves ? best : history[seen];
    if (!moves) seen += 1;
    if (position !== undefined) walked.place = { seen, position };
  }
  return [];
}

export const localSearch = defineStrategy({
  name: 'local-search',
  aliases: [],
  doc: 'Local search (White et al., UAI 2021): moves to the best neighbour, and restarts when none is better.',
  keys: {},
  defaults: { 'RMINAS.RF_WARMUP': 10 },
  create: ({ space, constraint, ...settings }) => createLocalSearch({ space, constraint, settings }),
});
