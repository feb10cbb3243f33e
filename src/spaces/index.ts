import type { SpaceName } from '../protocol/specification.js';
import { nasBench201 } from './nas-bench-201.js';
import type { Space } from './space.js';

const SPACE_OF: Readonly<Record<SpaceName, Space>> = { 'nas-bench-201': nasBench201 };

/** The space of that name. */
export function getSpace(name: SpaceName): Space {
  return SPACE_OF[name];
}
