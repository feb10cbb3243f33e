import { UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';
import type { SpaceDefinition } from './definition.js';
import { tidyNotation } from './notation.js';

/** The space whose notation the text is in; a text is in the notation of one space at most. */
export function spaceOfGenotype(spaces: Iterable<SpaceDefinition>, genotype: string): SpaceDefinition | undefined {
  return [...spaces].find((space) => problemIn(space, genotype) === undefined);
}

/**
 * The normal form of a genotype of this space.
 * @param spaces all known ones, to tell whose notation a foreign text is in
 * @throws UsageError `foreign-genotype` for a genotype or a published name of another space; else the space's own error
 */
export function normalFormIn(space: SpaceDefinition, spaces: Iterable<SpaceDefinition>, text: string): string {
  const problem = problemIn(space, text);
  if (problem === undefined) return space.retraining.normalForm(text);
  const owner = spaceOfGenotype(spaces, text);
  if (owner === undefined) throw problem;
  const refusal = problem.message.replace(/:.*$/s, '');
  throw new UsageError(`${refusal}: it is one of ${owner.name}.`, {
    code: 'foreign-genotype',
    nextSteps: [`Name its space with --space ${owner.name}.`, ...problem.nextSteps],
  });
}

/** The error for a text that is in the notation of no space; it says what is wrong in the space that is meant. */
export function noSpaceOf(spaces: Iterable<SpaceDefinition>, text: string): UsageError {
  const all = [...spaces];
  const tidy = tidyNotation(text);
  const none = `"${tidy}" is not a genotype of any space.`;
  const problem = problemIn(
    all.find(({ beginning }) => beginning?.test(tidy)),
    tidy,
  );
  if (problem !== undefined) {
    const message = `${none} It${problem.message.slice(`"${tidy}"`.length)}`;
    return new UsageError(message, { code: 'invalid-genotype', nextSteps: problem.nextSteps });
  }
  const names = all.map(({ name }) => name).join(', ');
  const published = all.flatMap((space) => space.published.map(({ name }) => name));
  return new UsageError(`${none}${suggestion(tidy, published)}`, {
    code: 'invalid-genotype',
    nextSteps: [
      `Name its space with --space to learn what is wrong with it: ${names}.`,
      'Or name a published architecture: rminas genotypes',
    ],
  });
}

/** The error of a text that is not a genotype of the space; undefined for a genotype, and without a space. */
function problemIn(space: SpaceDefinition | undefined, tidy: string): UsageError | undefined {
  try {
    space?.retraining.normalForm(tidy);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  return undefined;
}
