import { z } from 'zod';
import { exportedSchema } from '../../protocol/exporting.js';
import { networkSchema } from '../../protocol/specification.js';

/** The result of an export, in `--json` and the Node API. */
export const exportedNetworkSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  genotype: z.string(),
  network: networkSchema,
  folder: z.string(),
  /** Names of the files in the folder. */
  files: z.array(z.string()),
  /** Whether the weights are trained, and where they come from; null for fresh weights. */
  weights: z.string().nullable(),
  /** Test accuracy of these weights, in per cent; null when it is not known. */
  accuracy: z.number().min(0).max(100).nullable(),
  differences: exportedSchema.shape.differences,
  parameters: exportedSchema.shape.parameters,
  flops: exportedSchema.shape.flops,
  latency: exportedSchema.shape.latency,
  notes: z.array(z.string()),
});
export type ExportResult = z.infer<typeof exportedNetworkSchema>;
