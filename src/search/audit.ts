import type { Bound } from '../protocol/messages.js';
import { derivedSeed } from '../random/random.js';
import { crossingOf } from '../strategies/futility.js';
import type { Audit, Evaluated } from './events.js';

/** Who looks after the bounds: the run's seed, and the share of trainings that ignore them, from 0 to 1. */
export interface AuditPlan {
  readonly seed: number;
  readonly share: number;
}

/** Whether an architecture's training ignores bounds: a function of the run's seed and the architecture alone. */
export function isAudited(canonical: string, { seed, share }: AuditPlan): boolean {
  return derivedSeed(seed, 'audit', canonical) < share * 2 ** 53;
}

/** What bounds would have done to a training; null for one that did not ignore them, and for one that failed. */
export function auditOf({ genotype, outcome }: Evaluated, bounds: readonly Bound[], plan: AuditPlan): Audit | null {
  if (bounds.length === 0 || 'failure' in outcome || !isAudited(genotype, plan)) return null;
  return { crossed: crossingOf(outcome.evaluation.curve, bounds) };
}
