import { createRandom } from '../random/random.js';
import { shuffled } from '../random/sampling.js';
import type { Encoding, Space } from '../spaces/space.js';
import { createBudgeted } from './budgeted.js';
import { drawDistinct, drawUnknown, encodingKey, keysOf } from './draw.js';
import { fittestOf } from './fittest.js';
import type { CommonSettings } from './settings.js';
import type { Observation, Strategy } from './strategy.js';

/**
 * Local search (White et al., UAI 2021, algorithm 1): from the best of the warm-up all neighbours are evaluated, in
 * random order, and the search moves to the best of them, until none is better; then it begins anew at random.
 * What has been evaluated before is not evaluated again, but may be moved to.
 * @throws UsageError when a setting is out of its range.
 */
export function createLocalSearch({ space, settings }: { space: Space; settings: CommonSettings }): Strategy {
  return createBudgeted({
    name: 'local-search',
    space,
    settings,
    guide: (history, wanted) => {
      const pending = pendingOf(history, space, settings.seed);
      if (pending.length > 0) return pending.slice(0, wanted);
      const stream = drawDistinct(space, createRandom(settings.seed, 'restart', history.length));
      return drawUnknown(stream, { count: 1, wanted: 1, known: keysOf(history) });
    },
  });
}

/**
 * The neighbours of where the search stands that have yet to be evaluated, in the order in which they will be; none
 * where it has to begin anew. It is followed through the history: a beginning, whose neighbours that were not known
 * come next, then those of the best of them, and so on until there is none better, and the next beginning.
 */
function pendingOf(history: readonly Observation[], space: Space, seed: number): Encoding[] {
  const indices = new Map(history.map(({ encoding }, index) => [encodingKey(encoding), index]));
  const indexOf = (encoding: Encoding) => indices.get(encodingKey(encoding)) ?? history.length;
  let seen = history.filter(({ phase }) => phase === 'warm-up').length;
  let place = fittestOf(history.slice(0, seen));
  while (place !== undefined) {
    const neighbours = space.neighbours(place.encoding);
    const unknown = neighbours.filter((neighbour) => indexOf(neighbour) >= seen);
    const pending = shuffled(createRandom(seed, 'neighbours', seen), unknown);
    if (seen + pending.length > history.length) return pending.slice(history.length - seen);
    seen += pending.length;
    const best = fittestOf(neighbours.flatMap((neighbour) => history[indexOf(neighbour)] ?? []));
    const moves = best !== undefined && best.loss < place.loss;
    place = moves ? best : history[seen];
    if (!moves) seen += 1;
  }
  return [];
}
