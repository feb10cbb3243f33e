import type { Space } from '../spaces/space.js';
import { createBudgeted } from './budgeted.js';
import type { CommonSettings } from './common.js';
import { defineStrategy } from './definition.js';
import { warmUpProposals } from './proposals.js';
import type { Strategy } from './strategy.js';

/**
 * Random search: the warm-up continues until the cap.
 * @throws UsageError when a setting is out of its range
 */
export function createRandomSearch({ space, settings }: { space: Space; settings: CommonSettings }): Strategy {
  return createBudgeted({
    name: 'random',
    space,
    settings,
    guide: (history, wanted) => warmUpProposals(space, settings.seed, history.length, wanted),
  });
}

export const random = defineStrategy({
  name: 'random',
  aliases: [],
  doc: 'Distinct random architectures, without any guidance.',
  keys: {},
  create: ({ space, ...settings }) => createRandomSearch({ space, settings }),
});
