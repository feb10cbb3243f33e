import { z } from 'zod';
import { described, describeRequest } from './describing.js';
import { logEntrySchema } from './logging.js';
import { fromSidecarSchema, PROTOCOL_VERSION, toSidecarSchema } from './messages.js';

/** The JSON Schema (draft 2020-12) of both directions, the description and the log, in the form that Python reads. */
export function exportSchema(): Record<string, unknown> {
  return {
    protocol: PROTOCOL_VERSION,
    toSidecar: z.toJSONSchema(toSidecarSchema),
    fromSidecar: z.toJSONSchema(fromSidecarSchema),
    describe: z.toJSONSchema(describeRequest.shape.body),
    described: z.toJSONSchema(described.shape.body),
    log: z.toJSONSchema(logEntrySchema),
  };
}
