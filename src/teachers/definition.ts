import type { AssetDefinition } from '../definitions/asset.js';

/** A teacher network: everything that rminas knows of it outside the sidecar, which builds it. */
export interface TeacherDefinition {
  /** The name in the specification and in the sidecar. */
  readonly name: string;
  /** Other names that RMINAS.TEACHER_ARCH accepts. */
  readonly aliases: readonly string[];
  /** One sentence for the documentation. */
  readonly doc: string;
  /** Its checkpoint; null when that ships with rminas. */
  readonly asset: AssetDefinition | null;
}
