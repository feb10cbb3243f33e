import { z } from 'zod';
import { jobFilesSchema } from '../../store/folder.js';
import { kindsSchema } from '../arithmetic-kinds.js';
import { sharedSpecificationSchema } from './journal.js';

const count = z.int().min(0);

/** The result of `rminas table build`, in result.json, `--json` and the Node API. */
export const tableResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  specification: sharedSpecificationSchema,
  /** Seeds of the batches. */
  batches: z.array(z.int().min(0)),
  /** Architectures that are trained on every batch. */
  architectures: count,
  /** Architectures that are measured without a training, besides those. */
  untrained: count,
  proxies: z.array(z.string()),
  /** Measurements in the table: an architecture on a batch each. */
  measurements: count,
  /** Measurements that failed. */
  failures: count,
  /** Measurements of this session, and its seconds. */
  session: z.strictObject({ measurements: count, seconds: z.number().min(0) }),
  /** The kinds of arithmetic that made the scores, e.g. `cpu, torch 2.9.1+cpu`. Several are mixed by permission only. */
  kinds: kindsSchema,
  files: jobFilesSchema,
});
export type TableResult = z.infer<typeof tableResultSchema>;
