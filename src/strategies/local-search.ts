import { createRandom } from '../random/random.js';
import { shuffled } from '../random/sampling.js';
import type { Encoding } from '../spaces/space.js';
import { lowestLoss } from './answer.js';
import { type BudgetOptions, createBudgeted } from './budgeted.js';
import { defineStrategy } from './definition.js';
import { encodingKey, keysOf, observedKey } from './draw.js';
import type { Draws } from './draws.js';
import type { Observation, Strategy } from './strategy.js';

/**
 * Local search (White et al., UAI 2021, algorithm 1): it starts at the best architecture of the warm-up, evaluates
 * all neighbours in random order and moves to the best of them. When no neighbour is better, it restarts at a random
 * architecture. Observed architectures are not evaluated again, but the search may move to them.
 * @throws UsageError when a setting is out of its range
 */
export function createLocalSearch(options: BudgetOptions): Strategy {
  const { space, settings, constraint } = options;
  return createBudgeted({
    name: 'local-search',
    ...{ space, settings, constraint },
    guide: async (history, wanted, draws) => {
      const pending = await pendingOf(history, draws, settings.seed);
      if (pending.length > 0) return pending.slice(0, wanted);
      return draws.unknown(createRandom(settings.seed, 'restart', history.length), 1, keysOf(history));
    },
  });
}

/**
 * The neighbours of the current position that are not evaluated yet, in evaluation order; empty when the search has
 * to restart. The position follows from the history: each position is followed by its unknown neighbours, then by
 * those of the best neighbour, until no neighbour is better and a random restart follows.
 */
async function pendingOf(history: readonly Observation[], draws: Draws, seed: number): Promise<Encoding[]> {
  const indices = new Map(history.map(({ encoding }, index) => [observedKey(encoding), index]));
  const indexOf = (encoding: Encoding) => indices.get(encodingKey(encoding)) ?? history.length;
  let seen = history.filter(({ phase }) => phase === 'warm-up').length;
  let position = lowestLoss(history.slice(0, seen));
  while (position !== undefined) {
    const neighbours = await draws.neighbours(position.encoding);
    const unknown = neighbours.filter((neighbour) => indexOf(neighbour) >= seen);
    const pending = shuffled(createRandom(seed, 'neighbours', seen), unknown);
    if (seen + pending.length > history.length) return pending.slice(history.length - seen);
    seen += pending.length;
    const best = lowestLoss(neighbours.flatMap((neighbour) => history[indexOf(neighbour)] ?? []));
    const moves = best !== undefined && best.loss < position.loss;
    position = moves ? best : history[seen];
    if (!moves) seen += 1;
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
