/** Messages that ask for the values of proxies. */
import { z } from 'zod';
import { digest, genotype, maybeNumber, message, seconds, seed } from './envelope.js';

/** The most architectures of one request, so that an answer never takes long. */
export const MOST_MEASURED = 256;

/** Measures proxies of architectures on the prepared batch, one after the other. The first failure fails the request. */
export const measureRequest = message(
  'measure',
  z.strictObject({
    digest,
    architectures: z
      .array(
        z.strictObject({
          genotype,
          /** Seed of the initial weights and of random numbers that a proxy draws. */
          seed,
        }),
      )
      .min(1)
      .max(MOST_MEASURED),
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

export const measured = message(
  'measured',
  z.strictObject({
    /** In the order of the request. */
    measurements: z.array(measurementSchema).min(1).max(MOST_MEASURED),
  }),
);
