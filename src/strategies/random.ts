import { type BudgetOptions, createBudgeted } from './budgeted.js';
import { defineStrategy } from './definition.js';
import type { Strategy } from './strategy.js';

/**
 * Random search: the warm-up continues until the cap.
 * @throws UsageError when a setting is out of its range
 */
export function createRandomSearch(options: BudgetOptions): Strategy {
  const { space, settings, constraint } = options;
  return createBudgeted({
    name: 'random',
    ...{ space, settings, constraint },
    guide: (history, wanted, draws) => draws.warmUp(settings.seed, history.length, wanted),
  });
}

export const random = defineStrategy({
  name: 'random',
  aliases: [],
  doc: 'Distinct random architectures, without any guidance.',
  keys: {},
  create: ({ space, constraint, ...settings }) => createRandomSearch({ space, constraint, settings }),
});
