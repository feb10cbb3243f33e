import { createHash } from 'node:crypto';
import type { Retraining } from '../../protocol/retraining.js';
import type { Specification } from '../../protocol/specification.js';

/** SHA-256, in hexadecimal, of the specification's JSON with sorted keys: equal specifications have equal digests. */
export function specificationDigest(specification: Specification): string {
  return digest(specification);
}

/** The same digest of a retraining. */
export function retrainingDigest(retraining: Retraining): string {
  return digest(retraining);
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
