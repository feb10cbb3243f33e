import type { Space } from '../spaces/space.js';
import { createBudgeted } from './budgeted.js';
import type { CommonSettings } from './common.js';
import { defineStrategy } from './definition.js';
import type { Constraint } from './limits/constraint.js';
import { drawsFrom } from './limits/draws.js';
import type { Strategy } from './strategy.js';

/**
 * Random search: the warm-up continues until the cap.
 * @throws UsageError when a setting is out of its range
 */
export function createRandomSearch(options: {
  space: Space;
  settings: CommonSettings;
  constraint?: Constraint | undefined;
}): Strategy {
  const { space, settings, constraint } = options;
  const draws = drawsFrom(space, constraint);
  return createBudgeted({
    name: 'random',
    ...{ space, draws, settings },
    guide: (history, wanted) => draws.warmUp(settings.seed, history.length, wanted),
  });
}

export const random = defineStrategy({
  name: 'random',
  aliases: [],
  doc: 'Distinct random architectures, without any guidance.',
  keys: {},
  create: ({ space, constraint, ...settings }) => createRandomSearch({ space, constraint, settings }),
});
