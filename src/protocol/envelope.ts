/** Parts that the schemas of all messages share. */
import { z } from 'zod';

const id = z.string().min(1).max(64);
export const seconds = z.number().min(0);
/** A number, or null for NaN and infinity, which JSON lacks. */
export const maybeNumber = z.number().nullable();
export const digest = z.string().regex(/^[0-9a-f]{64}$/);
export const genotype = z.string().min(1).max(4096);
export const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const path = z.string().min(1).max(4096);

/** The schema of a message with the given type and body. */
export function message<Type extends string, Body extends z.ZodType>(type: Type, body: Body) {
  return z.strictObject({ type: z.literal(type), id, body });
}
