/** Runs the checks of every search strategy; each strategy's own test calls it. */
import { describe, it } from 'vitest';
import type { Space } from '../../src/spaces/space.js';
import { type MakeStrategy, STRATEGY_CHECKS } from '../../src/strategies/conformance.js';

export { runStrategy } from '../../src/strategies/conformance.js';

export function describeStrategy(name: string, make: MakeStrategy, spaces: readonly Space[]): void {
  describe.each(spaces.map((space) => [space.name, space] as const))(`${name} as a strategy, on %s`, (_, space) => {
    for (const check of STRATEGY_CHECKS) it(check.name, () => check.run(make, space));
  });
}
