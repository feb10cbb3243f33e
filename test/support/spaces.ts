import { BUILT_IN } from '../../src/catalogue/built-in.js';
import type { Space } from '../../src/spaces/space.js';

/** The space of that name, of those that ship with rminas. */
export function getSpace(name: string): Space {
  return BUILT_IN.spaces.get(name, 'the test').space;
}
