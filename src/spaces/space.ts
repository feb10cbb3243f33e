import type { Random } from './random.js';

/** One category per slot; the numbers are those of {@link Space.slots}. */
export type Encoding = readonly number[];

/** `sum`: the commonest category of each slot. `greedy`: each slot given the one before it. Both as XNAS votes. */
export type VoteMethod = 'sum' | 'greedy';

/**
 * Which architectures exist, and how the field writes them. A space is a value without state: every method is a
 * function of its arguments.
 */
export interface Space {
  readonly name: string;
  /** Categories of each slot. */
  readonly slots: readonly number[];
  /** Number of genotypes. */
  readonly size: number;
  /** Trees of the forest that searches this space, as the original sets them. */
  readonly trees: number;
  /** A genotype drawn uniformly. */
  sample(random: Random): Encoding;
  /** The genotype's text in the field's notation. */
  print(encoding: Encoding): string;
  /**
   * The inverse of {@link Space.print}.
   * @throws UsageError when the text is not a genotype of this space.
   */
  parse(text: string): Encoding;
  /** The representative of all genotypes that compute the same function with the same trainable parameters. */
  canonical(encoding: Encoding): Encoding;
  /** The genotype that the given ones agree on; ties go to the lowest category. */
  vote(voters: readonly Encoding[], method: VoteMethod): Encoding;
}
