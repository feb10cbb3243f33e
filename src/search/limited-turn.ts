/** The proposals of a turn within limits. */
import type { Encoding } from '../spaces/space.js';
import { encodingKey, keysOf } from '../strategies/draw.js';
import type { Constraint } from '../strategies/limits/constraint.js';
import { nearestWithin } from '../strategies/limits/nearest.js';
import type { Ask, Observation } from '../strategies/strategy.js';

/**
 * The turn with the nearest architecture within the limits in place of each one over them. Built-in strategies propose
 * none over them; a strategy of a script may. A turn that has nothing left ends the search.
 */
export async function turnWithin(ask: Ask, history: readonly Observation[], constraint: Constraint): Promise<Ask> {
  if (ask.kind === 'stop') return ask;
  const known = new Set([...keysOf(history), ...ask.encodings.map(encodingKey)]);
  const encodings: Encoding[] = [];
  for (const encoding of ask.encodings) {
    if (await constraint.admits(encoding)) {
      encodings.push(encoding);
      continue;
    }
    const nearest = await nearestWithin(encoding, constraint);
    if (nearest === undefined || known.has(encodingKey(nearest))) continue;
    known.add(encodingKey(nearest));
    encodings.push(nearest);
  }
  return encodings.length === 0 ? { kind: 'stop', reason: 'space-exhausted' } : { ...ask, encodings };
}
