import { BUILT_IN } from '../../dist/catalogue/built-in.js';
import { createRandom } from '../../dist/random/random.js';

/**
 * Genotypes of random architectures, the same ones for a seed.
 * @param space its name
 * @param options with `canonical`, their canonical forms; without it an architecture may have edges without effect
 */
export function drawGenotypes(space, seed, count, { canonical = false } = {}) {
  const { space: of } = BUILT_IN.spaces.find(space);
  const random = createRandom(seed, 'bench', 0);
  return Array.from({ length: count }, () => {
    const drawn = of.sample(random);
    return of.print(canonical ? of.canonical(drawn) : drawn);
  });
}
