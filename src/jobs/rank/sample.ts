import type { Space } from '../../spaces/space.js';
import { warmUpProposals } from '../../strategies/proposals.js';

/** How architectures that are the same network count: as often as they are drawn, or the first of them alone. */
export const DUPLICATE_COUNTING = ['all', 'once'] as const;
export type DuplicateCounting = (typeof DUPLICATE_COUNTING)[number];

export interface Candidate {
  /** In the order drawn, from 0. */
  readonly number: number;
  readonly genotype: string;
  /** What is measured for it. */
  readonly canonical: string;
  /** Whether an earlier one is the same network. */
  readonly isDuplicate: boolean;
}

/**
 * Distinct random architectures, those that a search with this seed begins with: the first ones of a larger sample are
 * a smaller one.
 * @returns fewer than `count` where the space has no more
 */
export function drawSample(space: Space, seed: number, count: number): Candidate[] {
  const seen = new Set<string>();
  return warmUpProposals(space, seed, 0, count).map((encoding, number) => {
    const canonical = space.print(space.canonical(encoding));
    const isDuplicate = seen.has(canonical);
    seen.add(canonical);
    return { number, genotype: space.print(encoding), canonical, isDuplicate };
  });
}
