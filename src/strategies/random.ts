import type { Space } from '../spaces/space.js';
import { createBudgeted } from './budgeted.js';
import { warmUpProposals } from './proposals.js';
import type { CommonSettings } from './settings.js';
import type { Strategy } from './strategy.js';

/**
 * Random search: the warm-up, which goes on to the cap.
 * @throws UsageError when a setting is out of its range.
 */
export function createRandomSearch({ space, settings }: { space: Space; settings: CommonSettings }): Strategy {
  return createBudgeted({
    name: 'random',
    space,
    settings,
    guide: (history, wanted) => warmUpProposals(space, settings.seed, history.length, wanted),
  });
}
