/** Messages that ask for the values of proxies. */
import { z } from 'zod';
import { digest, genotype, maybeNumber, message, seconds, seed } from './envelope.js';

/** Measures proxies of one architecture on the prepared batch. */
export const measureRequest = message(
  'measure',
  z.strictObject({
    digest,
    genotype,
    /** Seed of the initial weights and of random numbers that a proxy draws. */
    seed,
    /** Names, for proxies of a training perhaps with a step: `synflow`, `rmi@50`. */
    proxies: z.array(z.string().min(1).max(64)).min(1).max(64),
  }),
);

export const measurementSchema = z.strictObject({
  /** In the order of the request. */
  values: z.array(
    z.strictObject({
      proxy: z.string(),
      /** Null when the value is not finite. */
      value: maybeNumber,
      /** Millions of multiply-adds if this proxy were measured alone; a backward pass counts as two forward passes. */
      flops: z.number().min(0),
      /** Seconds if this proxy were measured alone. */
      seconds,
    }),
  ),
  /** Millions of multiply-adds of all passes; passes that several proxies share count once. */
  flops: z.number().min(0),
  seconds,
});
export type Measurement = z.infer<typeof measurementSchema>;
export const measured = message('measured', measurementSchema);
