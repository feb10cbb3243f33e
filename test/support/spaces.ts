import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import type { Space } from '../../src/spaces/space.js';

/** The space of that name, of those that ship with rminas. */
export function getSpace(name: string): Space {
  return BUILT_IN.spaces.get(name, 'the test').space;
}

/** A space of 48 architectures, which no sidecar knows. */
export const toySpace = createSlotSpace({
  name: 'toy',
  slots: [
    { name: 'width', choices: ['8', '16', '32', '64'] },
    { name: 'depth', choices: ['1', '2', '3', '4'] },
    { name: 'kernel', choices: ['1', '3', '5'] },
  ],
});
