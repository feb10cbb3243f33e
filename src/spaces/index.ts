import type { SpaceName } from '../protocol/specification.js';
import { darts } from './darts/space.js';
import { mb } from './mb/space.js';
import { nasBench201 } from './nas-bench-201/space.js';
import { nasBenchMacro } from './nas-bench-macro/space.js';
import { proxyless } from './proxyless/space.js';
import type { Space } from './space.js';

const SPACE_OF: Readonly<Record<SpaceName, Space>> = {
  'nas-bench-201': nasBench201,
  darts,
  'nas-bench-macro': nasBenchMacro,
  proxyless,
  mb,
};

export const SPACE_NAMES = Object.keys(SPACE_OF) as readonly SpaceName[];

/** The space of that name. */
export function getSpace(name: SpaceName): Space {
  return SPACE_OF[name];
}
