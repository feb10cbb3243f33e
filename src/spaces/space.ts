import { UsageError } from '../errors.js';
import { arrayOf, filledText, objectWith, wholeNumberOption, withMethods } from '../options.js';
import type { Random } from '../random/random.js';
import type { SlotFeatures } from './features.js';

/** An architecture as one category per slot: whole numbers from 0 to below {@link Space.slots} of the slot. */
export type Encoding = readonly number[];

export const VOTE_METHODS = ['sum', 'greedy'] as const;
/** `sum`: the most common category of each slot. `greedy`: the same, among voters that agree with the slot before. */
export type VoteMethod = (typeof VOTE_METHODS)[number];

/**
 * How a vote ranks the edges of a cell that keeps only some of them. `operation-index`: by the number of the winning
 * operation, as the published codes do. `votes`: by the votes of the winning operation.
 */
export type EdgeRank = 'operation-index' | 'votes';

/** How votes are counted. */
export interface VoteRules {
  readonly method: VoteMethod;
  /** Only `darts` reads it, since no other space leaves out edges. */
  readonly edgeRank: EdgeRank;
}

/** What reports and studies call the slots of a space. */
export interface SlotNames {
  readonly slots: readonly string[];
  /** The names of each slot's categories, all different. */
  readonly categories: readonly (readonly string[])[];
}

/**
 * A search space: the set of architectures, and how each of them is encoded, written and varied.
 *
 * A genotype is one architecture of the space. A space is an immutable value without state: every method is a pure
 * function of its arguments that gives equal results on every machine and does not modify its arguments. Searches are
 * resumed by replay, so a later version of a space must not change its results either.
 *
 * `checkSpace` in `conformance.ts` tests a space against all of these rules.
 */
export interface Space {
  /** Identifies the space in specifications, results and messages. */
  readonly name: string;
  /** Number of categories of each slot. */
  readonly slots: readonly number[];
  /** Reports and studies number the slots and categories of a space without names. */
  readonly names?: SlotNames;
  /** The forest's columns for each category of each slot. Different genotypes must have different rows. */
  readonly features: readonly SlotFeatures[];
  /** Number of genotypes. Above 2^53 an approximation is enough. */
  readonly size: number;
  /** Trees in the random forest that searches this space. */
  readonly trees: number;
  /** The methods that {@link Space.vote} supports; at least `sum`. */
  readonly voteMethods: readonly VoteMethod[];
  /**
   * Draws a genotype. Every genotype must have a positive probability, preferably the same.
   * @param random the only source of randomness; equal streams give equal genotypes
   */
  sample(random: Random): Encoding;
  /**
   * Weights of the categories of the next slot, proportional to their probabilities in a draw that begins with
   * `before`. A category that leads to no genotype has weight 0; at least one weight is above 0.
   * @param before categories of the first slots; shorter than an encoding
   * @returns one weight for each category
   */
  conditionalWeights(before: Encoding): readonly number[];
  /**
   * The genotypes that differ in one choice, each once, without the genotype itself. The relation is symmetric: a
   * genotype is a neighbour of each of its neighbours.
   */
  neighbours(encoding: Encoding): readonly Encoding[];
  /** Writes the genotype in the notation of the field. Different genotypes have different texts. */
  print(encoding: Encoding): string;
  /**
   * The inverse of {@link Space.print}.
   * @throws UsageError `invalid-genotype` when the text is not a genotype of this space; see {@link invalidGenotype}
   */
  parse(text: string): Encoding;
  /**
   * The canonical form: one representative for all isomorphic genotypes, which compute the same function with the same
   * trainable parameters. Only the canonical form is trained. The canonical form of a canonical form is itself. A
   * space without isomorphic genotypes returns the argument.
   */
  canonical(encoding: Encoding): Encoding;
  /**
   * The genotype that the voters agree on. Ties go to the lowest category. A single voter is elected as it is, except
   * by `darts` with `operation-index`.
   * @param voters at least one
   * @throws UsageError when the method is not one of {@link Space.voteMethods}; RangeError when there are no voters
   */
  vote(voters: readonly Encoding[], rules: VoteRules): Encoding;
}

/**
 * The error for a text that is not a genotype.
 * @param space the name of the space as the field writes it
 * @param nextSteps how a genotype is written
 */
export function invalidGenotype(
  space: string,
  text: string,
  problem: string,
  nextSteps: readonly string[],
): UsageError {
  return new UsageError(`"${text}" is not a ${space} genotype: ${problem}.`, { code: 'invalid-genotype', nextSteps });
}

/** The schema of a space of a script: the properties whose lack would be noticed late. A class may define them. */
export const spaceOption = objectWith<Space>('a space: an object with a name, slots and methods', {
  name: filledText,
  slots: arrayOf(wholeNumberOption(1), 'numbers of categories'),
  ...withMethods('sample', 'conditionalWeights', 'neighbours', 'print', 'parse', 'canonical', 'vote'),
});
