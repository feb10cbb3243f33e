import { z } from 'zod';
import { oneShotFoundSchema, oneShotSchema } from '../../protocol/supernets.js';
import { jobFilesSchema } from '../../store/folder.js';
import { benchmarkSchema } from '../search/result.js';

const seconds = z.number().min(0);
const { genotype, alpha, epochs, operations, parameters, trainImages, validationImages } = oneShotFoundSchema.shape;

/** The result of a one-shot search, in result.json, `--json` and the Node API. */
export const oneShotResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  method: z.string(),
  /** The paper of the method. */
  source: z.string(),
  space: z.string(),
  dataset: z.string(),
  seed: z.int().min(0),
  genotype,
  /** Its place in the benchmark of the space. */
  benchmark: benchmarkSchema,
  /** Architecture parameters after the last epoch, edges × operations; null for a method without them. */
  alpha,
  /** The columns of `alpha`. */
  operations,
  epochs,
  oneShot: oneShotSchema,
  /** SHA-256 of the search. */
  oneShotDigest: z.string(),
  device: z.string(),
  /** Parameters of the supernet. */
  parameters,
  trainImages,
  validationImages,
  cost: z.strictObject({
    /** From start to end, over all sessions. */
    seconds,
    /** Seconds of all epochs. */
    trainingSeconds: seconds,
    /** Seconds of comparing paths. */
    judgingSeconds: seconds,
    /** Paths whose accuracy was measured. */
    paths: z.int().min(0),
    /** Of training and comparing; a training step counts as three forward passes. */
    multiplyAdds: z.number().min(0),
    /** Processes that worked on it: more than one if it was resumed. */
    sessions: z.int().min(1),
  }),
  files: jobFilesSchema.extend({
    /** The weights of the supernet and the architecture parameters. */
    checkpoint: z.string(),
  }),
  notes: z.array(z.string()),
});
export type OneShotResult = z.infer<typeof oneShotResultSchema>;
