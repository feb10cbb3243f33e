import type { AssetDefinition } from '../definitions/asset.js';
import type { OwnTeacher } from '../protocol/specification.js';

/** What RMINAS.TEACHER may be besides the name or the checkpoint of a registered teacher, for messages. */
export const OWN_TEACHERS =
  'timm:NAME, torchvision:NAME, pytorchcv:NAME, FILE.py:FUNCTION, MODULE:FUNCTION, or a file of TorchScript or torch.export';

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
  /** Of a teacher of the user, which the sidecar does not know by its name. */
  readonly own?: {
    /** The values of RMINAS.TEACHER and RMINAS.TEACHER_WEIGHTS that a run keeps, with absolute paths. */
    readonly reference: string;
    readonly weightsReference: string;
    /** Absolute path of the weights or the archive; null for weights that the network makes by itself. */
    readonly weights: string | null;
    /** Absolute path of the Python file of a function; null for other kinds. */
    readonly code: string | null;
    /** Its part of a specification. */
    readonly identity: OwnTeacher;
  };
}
