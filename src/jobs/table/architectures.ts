/** The architectures of a table. */
import { UsageError } from '../../errors.js';
import { createRandom } from '../../random/random.js';
import type { Space } from '../../spaces/space.js';
import { drawDistinct } from '../../strategies/draw.js';
import type { ArchitecturesEntry, TableEntry } from './journal.js';

/** The largest space whose classes can all be listed. */
const MOST_LISTED = 100_000;

/**
 * Draws random architectures and keeps one of each isomorphism class. A larger sample begins with the smaller one.
 * @param count classes; fewer are returned if the space has no more
 * @returns canonical genotypes
 */
export function sampleClasses(space: Space, seed: number, count: number): string[] {
  return classesFrom(space, seed, count);
}

/**
 * All isomorphism classes of a space.
 * @throws UsageError `space-too-large`
 */
export function allClasses(space: Space): string[] {
  if (space.size <= MOST_LISTED) return classesFrom(space, 0, Number.POSITIVE_INFINITY);
  throw new UsageError(`The space ${space.name} has too many architectures to measure all of them.`, {
    code: 'space-too-large',
    nextSteps: [`Leave out --static all: it is for spaces of at most ${MOST_LISTED} architectures.`],
  });
}

function classesFrom(space: Space, seed: number, count: number): string[] {
  const classes = new Set<string>();
  if (count < 1) return [];
  for (const encoding of drawDistinct(space, createRandom(seed, 'table', 0))) {
    classes.add(space.print(space.canonical(encoding)));
    if (classes.size >= count) break;
  }
  return [...classes];
}

/** The canonical forms of genotypes, each once. @throws UsageError `invalid-genotype` */
export function canonicalGenotypes(space: Space, genotypes: readonly string[]): string[] {
  return [...new Set(genotypes.map((genotype) => space.print(space.canonical(space.parse(genotype)))))];
}

/** The wanted architectures that a list of the table lacks, as an entry. No entry if it lacks none. */
export function newArchitectures(
  entries: Iterable<TableEntry>,
  source: ArchitecturesEntry['source'],
  wanted: readonly string[],
): ArchitecturesEntry[] {
  const known = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'architectures' && entry.source === source) for (const one of entry.genotypes) known.add(one);
  }
  const genotypes = wanted.filter((genotype) => !known.has(genotype));
  return genotypes.length === 0 ? [] : [{ type: 'architectures', source, genotypes }];
}

/** Takes turns between two lists, so that a table that is cut short has both kinds. Each genotype occurs once. */
export function alternate(one: readonly string[], other: readonly string[]): string[] {
  const longest = Math.max(one.length, other.length);
  const all = Array.from({ length: longest }, (_, index) => [one[index], other[index]]).flat();
  return [...new Set(all.filter((genotype) => genotype !== undefined))];
}
