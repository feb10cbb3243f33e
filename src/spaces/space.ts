import type { Random } from '../random/random.js';
import type { SlotFeatures } from './features.js';

/** One category per slot; the numbers are those of {@link Space.slots}. */
export type Encoding = readonly number[];

export const VOTE_METHODS = ['sum', 'greedy'] as const;
/** `sum`: the commonest category of each slot. `greedy`: each slot given the one before it. Both as XNAS votes. */
export type VoteMethod = (typeof VOTE_METHODS)[number];

/**
 * Which two of a node's edges a vote keeps, where a cell has more edges than it uses: those whose winning operations
 * have the highest numbers, as the published codes do, or those whose winning operations have the most votes.
 */
export type EdgeRank = 'operation-index' | 'votes';

/** How votes are counted. */
export interface VoteRules {
  readonly method: VoteMethod;
  /** Read by `darts` alone: no other space leaves edges out. */
  readonly edgeRank: EdgeRank;
}

/**
 * Which architectures exist, and how the field writes them. A space is a value without state: every method is a
 * function of its arguments.
 */
export interface Space {
  readonly name: string;
  /** Categories of each slot. */
  readonly slots: readonly number[];
  /** What the original feeds its forest of each category of each slot. */
  readonly features: readonly SlotFeatures[];
  /** Number of genotypes; from 2^53 on the nearest number that there is, which no search gets to. */
  readonly size: number;
  /** Trees of the forest that searches this space, as the original sets them. */
  readonly trees: number;
  /** Methods by which the original counts this space's votes. */
  readonly voteMethods: readonly VoteMethod[];
  /** A genotype drawn as the original draws it; uniform over the space, but for `proxyless`. */
  sample(random: Random): Encoding;
  /**
   * How probable each category of the next slot is in a draw that begins with these, up to a common factor; 0 for
   * those with which no genotype goes on.
   * @param before categories of the first slots; not of all.
   */
  conditionalWeights(before: Encoding): readonly number[];
  /** The genotypes that differ from it in one choice, each once; whose neighbour it is is its neighbour. */
  neighbours(encoding: Encoding): readonly Encoding[];
  /** The genotype's text in the field's notation. */
  print(encoding: Encoding): string;
  /**
   * The inverse of {@link Space.print}.
   * @throws UsageError when the text is not a genotype of this space.
   */
  parse(text: string): Encoding;
  /** The representative of all genotypes that compute the same function with the same trainable parameters. */
  canonical(encoding: Encoding): Encoding;
  /**
   * The genotype that the given ones agree on; ties go to the lowest category, unless the rules are the original's.
   * @throws UsageError when the method is none of {@link Space.voteMethods}.
   */
  vote(voters: readonly Encoding[], rules: VoteRules): Encoding;
}
