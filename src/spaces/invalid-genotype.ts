import { UsageError } from '../errors.js';

/** Says why a text is no genotype of a space, which is named as the field names it, and how one is written. */
export function invalidGenotype(
  space: string,
  text: string,
  problem: string,
  nextSteps: readonly string[],
): UsageError {
  return new UsageError(`"${text}" is not a ${space} genotype: ${problem}.`, { code: 'invalid-genotype', nextSteps });
}
