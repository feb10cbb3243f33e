import type { CommonSettings } from './settings.js';
import type { Observation, SearchStatus } from './strategy.js';
import { fixedThreshold } from './threshold.js';

/** What a strategy makes of a history, whose warm-up sets the threshold. */
export function searchStatus(
  history: readonly Observation[],
  options: Pick<SearchStatus, 'warmup' | 'cap' | 'successesWanted'> & Pick<CommonSettings, 'thresholdRate'>,
): SearchStatus {
  const { thresholdRate, ...limits } = options;
  const losses = history.map(({ loss }) => loss);
  const threshold = fixedThreshold(losses, limits.warmup, thresholdRate);
  const limit = threshold?.value ?? Number.NEGATIVE_INFINITY;
  return {
    threshold: threshold?.value ?? null,
    thresholdNote: threshold?.note ?? null,
    successes: history.filter(({ phase, loss }) => phase === 'guided' && loss < limit).length,
    ...limits,
  };
}
