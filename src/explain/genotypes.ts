import { z } from 'zod';
import { BUILT_IN } from '../catalogue/built-in.js';

const publishedSchema = z.strictObject({
  name: z.string(),
  space: z.string(),
  paper: z.string(),
  /** The repository and file that has the genotype; null when it is only a figure of the paper. */
  source: z.string().nullable(),
  dataset: z.string(),
  /** Published test error in per cent, and its deviation over trainings. */
  error: z.number(),
  deviation: z.number().nullable(),
  /** Of the network of the paper for this data set, without the auxiliary head. */
  parameters: z.int(),
  /** Null when only the figures are published. */
  genotype: z.string().nullable(),
});

export const publishedGenotypesSchema = z.strictObject({ schema: z.literal(1), genotypes: z.array(publishedSchema) });
export type PublishedGenotypes = z.infer<typeof publishedGenotypesSchema>;

/** The genotypes that papers published under names. `retrain`, `score`, `export` and `show` take the names. */
export function listGenotypes(): PublishedGenotypes {
  const genotypes = [...BUILT_IN.spaces].flatMap(({ name: space, published }) =>
    published.map((one) => ({ ...one, space })),
  );
  return { schema: 1, genotypes };
}
