import { UsageError } from '../errors.js';
import type { SpaceDefinition } from './definition.js';

/** The space whose notation the text is in; a text is in the notation of one space at most. */
export function spaceOfGenotype(spaces: Iterable<SpaceDefinition>, genotype: string): SpaceDefinition | undefined {
  return [...spaces].find(({ retraining }) => {
    try {
      retraining.check(genotype);
      return true;
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  });
}
