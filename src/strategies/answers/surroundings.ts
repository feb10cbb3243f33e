/** The architectures around an answer, which tell whether a model was right about it. */
import type { Encoding } from '../../spaces/space.js';
import type { Draws } from '../draws.js';
import { distinctEncodings } from './linear-model.js';

/**
 * The neighbours of an architecture and its exchanges: the architectures that have the choices of two of its slots
 * swapped. A model that rates each choice by itself does not propose an exchange if both of its choices did badly alone.
 * @returns those within the limits of the draws, the neighbours first; without the architecture itself
 */
export async function surroundings(encoding: Encoding, draws: Draws): Promise<Encoding[]> {
  const near = await draws.neighbours(encoding);
  const exchanges: Encoding[] = [];
  for (const neighbour of near) {
    const far = await draws.neighbours(neighbour);
    exchanges.push(...far.filter((other) => isExchange(encoding, other)));
  }
  return distinctEncodings([...near, ...exchanges]);
}

function isExchange(one: Encoding, other: Encoding): boolean {
  const changed = [...one.keys()].filter((slot) => one[slot] !== other[slot]);
  const [first, second, ...more] = changed;
  if (first === undefined || second === undefined || more.length > 0) return false;
  return one[first] === other[second] && one[second] === other[first];
}
