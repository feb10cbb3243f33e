/** Runs the checks of every search space; each space's own test calls it. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import { SPACE_CHECKS } from '../../src/spaces/conformance.js';
import type { Space } from '../../src/spaces/space.js';

export function describeSpace(space: Space): void {
  describe(`${space.name} as a space`, () => {
    for (const { name, run } of SPACE_CHECKS) it(name, () => run(space));

    // Not a rule for all spaces: a shorter choice may be the beginning of a longer one.
    it('refuses a text without its last character', () => {
      const text = space.print(space.sample(createRandom(11, 'conformance', 0)));
      expect(() => space.parse(text.slice(0, -1))).toThrow(UsageError);
    });
  });
}
