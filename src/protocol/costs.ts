/** Messages that ask for the costs of networks. */
import { z } from 'zod';
import { genotype, message, seconds } from './envelope.js';
import { specificationSchema } from './specification.js';

/** Finds costs of networks. Nothing needs to be prepared for it. */
export const costsRequest = message(
  'costs',
  z.strictObject({
    /** Its space, size and backend decide how the networks are built. */
    specification: specificationSchema,
    genotypes: z.array(genotype).min(1).max(1024),
    /** Images in a pass whose latency is measured; left out when no latency is wanted. */
    latency: z.strictObject({ batch: z.int().min(1).max(65_536) }).optional(),
  }),
);

export const costsSchema = z.strictObject({
  /** In the order of the request. */
  costs: z.array(
    z.strictObject({
      /** Trainable parameters; null, like the other costs, for a network of the user's that cannot be built or run. */
      params: z.int().min(0).nullable(),
      /** Millions of multiply-adds for one image. */
      flops: z.number().min(0).nullable(),
      /** Milliseconds of a pass; null when it was not asked for, or when the memory does not suffice. */
      latency: z.number().min(0).nullable(),
    }),
  ),
  seconds,
});
export const costed = message('costed', costsSchema);
