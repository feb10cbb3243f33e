import type { Space } from '../../spaces/space.js';
import { warmUpProposals } from '../../strategies/draw.js';

/** How isomorphic architectures count: as often as they are drawn, or only the first of them. */
export const DUPLICATE_COUNTING = ['all', 'once'] as const;
export type DuplicateCounting = (typeof DUPLICATE_COUNTING)[number];

export interface Candidate {
  /** In the order drawn, from 0. */
  readonly number: number;
  readonly genotype: string;
  /** The canonical genotype, which is measured. */
  readonly canonical: string;
  /** Whether it is isomorphic to an earlier one. */
  readonly isDuplicate: boolean;
}

/**
 * Distinct random architectures: the warm-up of a search with this seed. A larger sample begins with the smaller one.
 * @returns fewer than `count` if the space has no more
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
