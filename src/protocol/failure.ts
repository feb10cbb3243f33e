/** The failure of a request, as the sidecar reports it. */
import { z } from 'zod';
import { message } from './envelope.js';

export const ERROR_CODES = [
  'invalid-message',
  'unknown-specification',
  'invalid-genotype',
  'missing-file',
  'corrupt-file',
  'refused-file',
  'unsuitable-data',
  'unsuitable-teacher',
  'unsuitable-weights',
  'unsuitable-stages',
  'missing-backend',
  'missing-package',
  'cluster-unreachable',
  'cluster-mismatch',
  'cluster-too-small',
  'public-address',
  'unknown-architecture',
  'smaller-table',
  'unknown-series',
  'unknown-proxy',
  'unknown-name',
  'plugin-failed',
  'architecture-failed',
  'diverged',
  'cannot-export',
  'unwritable',
  'out-of-memory',
  'worker-died',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const failed = message(
  'error',
  z.strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    /** What to do about it, one step per entry. */
    nextSteps: z.array(z.string()),
    /** Python's traceback; null unless the error is a bug. */
    traceback: z.string().nullable(),
  }),
);

export type SidecarFailure = z.infer<typeof failed>['body'];
