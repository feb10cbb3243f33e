import { UsageError } from '../errors.js';

/** A genotype that a paper published under a name. */
export interface PublishedGenotype {
  /** Letters, digits and underscores. Names are found regardless of case. */
  readonly name: string;
  readonly paper: string;
  /** The repository and file that has the genotype; null when it is only a figure of the paper. */
  readonly source: string | null;
  /** The data set of the published test error. */
  readonly dataset: string;
  /** Test error in per cent (on ImageNet, of the first answer), and its deviation over trainings where published. */
  readonly error: number;
  readonly deviation: number | null;
  /**
   * Of the network of the paper for this data set, as the repository of the space counts them: without the auxiliary
   * head, and in `darts` without normalisation behind pools.
   */
  readonly parameters: number;
  /** In a notation of the space; null when only the figures are published. */
  readonly genotype: string | null;
}

/**
 * The genotype behind a published name; any other text as it is.
 * @throws UsageError `unpublished-genotype` for a name of which only figures are published
 */
export function namedGenotype(published: readonly PublishedGenotype[], text: string): string {
  const found = published.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase());
  if (found === undefined) return text;
  if (found.genotype !== null) return found.genotype;
  throw new UsageError(`The cells of ${found.name} are a figure in its paper, not a genotype.`, {
    code: 'unpublished-genotype',
    nextSteps: ['Choose another name: `rminas genotypes` lists them.'],
  });
}
