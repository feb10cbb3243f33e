import { createHash } from 'node:crypto';
import type { Specification } from '../protocol/specification.js';

/** SHA-256, in hexadecimal, of the specification's JSON with sorted keys: equal specifications have equal digests. */
export function specificationDigest(specification: Specification): string {
  return createHash('sha256').update(canonicalJson(specification)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
