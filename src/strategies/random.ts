import type { Encoding } from '../spaces/space.js';
import { type BudgetOptions, createBudgeted } from './budgeted.js';
import { defineStrategy } from './definition.js';
import { encodingKey, keysOf } from './draw.js';
import type { Draws } from './draws.js';
import type { Observation, Strategy } from './strategy.js';

/**
 * Random search: the warm-up continues until the cap.
 * @throws UsageError when a setting is out of its range
 */
export function createRandomSearch(options: BudgetOptions): Strategy {
  const { space, settings, constraint } = options;
  return createBudgeted({
    name: 'random',
    ...{ space, settings, constraint },
    guide: (history, wanted, draws) => nextOf(settings.seed, history, wanted, draws),
  });
}

/** The next architectures of the warm-up's sequence that are not in the history. */
async function nextOf(
  seed: number,
  history: readonly Observation[],
  wanted: number,
  draws: Draws,
): Promise<readonly Encoding[]> {
  const known = keysOf(history);
  const isNew = (encoding: Encoding) => !known.has(encodingKey(encoding));
  const next = await draws.warmUp(seed, history.length, wanted);
  if (next.length === wanted && next.every(isNew)) return next;
  // The surroundings of an answer were evaluated in between, and may be anywhere in the sequence.
  return (await draws.warmUp(seed, 0, history.length + wanted)).filter(isNew).slice(0, wanted);
}

export const random = defineStrategy({
  name: 'random',
  aliases: [],
  doc: 'Distinct random architectures, without any guidance.',
  keys: {},
  create: ({ space, constraint, ...settings }) => createRandomSearch({ space, constraint, settings }),
});
