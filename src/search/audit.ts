import type { Bound } from '../protocol/messages.js';
import { derivedSeed } from '../random/random.js';
import { crossingOf } from '../strategies/futility.js';
import type { Audit, Evaluated } from './events.js';

/** The run's seed and the share of trainings that ignore bounds, from 0 to 1. */
export interface AuditPlan {
  readonly seed: number;
  readonly share: number;
}

/** Whether the training of an architecture ignores bounds; a function of the run's seed and the architecture. */
export function isAudited(canonical: string, { seed, share }: AuditPlan): boolean {
  return derivedSeed(seed, 'audit', canonical) < share * 2 ** 53;
}

/** The audit of a training that ignored bounds; null when it did not ignore them, or failed. */
export function auditOf({ genotype, outcome }: Evaluated, bounds: readonly Bound[], plan: AuditPlan): Audit | null {
  if (bounds.length === 0 || 'failure' in outcome || !isAudited(genotype, plan)) return null;
  return { crossed: crossingOf(outcome.evaluation.curve, bounds) };
}
