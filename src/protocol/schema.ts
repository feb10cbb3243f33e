import { z } from 'zod';
import { fromSidecarSchema, PROTOCOL_VERSION, toSidecarSchema } from './messages.js';

/** The JSON Schema (draft 2020-12) of both directions, in the form that the sidecar reads. */
export function exportSchema(): Record<string, unknown> {
  return {
    protocol: PROTOCOL_VERSION,
    toSidecar: z.toJSONSchema(toSidecarSchema),
    fromSidecar: z.toJSONSchema(fromSidecarSchema),
  };
}
