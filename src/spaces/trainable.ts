import { UsageError } from '../errors.js';
import type { SpaceName } from '../protocol/specification.js';
import { parseCells } from './darts/text.js';
import { getSpace, SPACE_NAMES } from './index.js';

/**
 * Checks that a network of the space can be built. Those of `darts` may have two kinds of cells, as other searches find
 * them, though the space itself has one.
 * @throws UsageError that says what is wrong with the text.
 */
export function checkTrainable(space: SpaceName, genotype: string): void {
  if (space === 'darts') parseCells(genotype);
  else getSpace(space).parse(genotype);
}

/** The space whose notation the text is in; no text is in that of two. Undefined where it is in none. */
export function spaceOfGenotype(genotype: string): SpaceName | undefined {
  return SPACE_NAMES.find((space) => {
    try {
      checkTrainable(space, genotype);
      return true;
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  });
}
