import type { Space } from '../../spaces/space.js';
import { warmUpProposals } from '../../strategies/proposals.js';

/** How architectures that are the same network count: as often as they are drawn, or the first of them alone. */
export const TWINS = ['all', 'once'] as const;
export type Twins = (typeof TWINS)[number];

export interface Candidate {
  /** In the order drawn, from 0. */
  readonly number: number;
  readonly genotype: string;
  /** What is measured for it. */
  readonly canonical: string;
  /** Whether an earlier one is the same network. */
  readonly isTwin: boolean;
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
    const isTwin = seen.has(canonical);
    seen.add(canonical);
    return { number, genotype: space.print(encoding), canonical, isTwin };
  });
}
