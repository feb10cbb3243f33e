import type { AssetDefinition } from '../definitions/asset.js';

/** A data set: everything that rminas knows of it outside the sidecar, which reads its images. */
export interface DatasetDefinition {
  /** The name in the specification and in the sidecar. */
  readonly name: string;
  /** Other names that LOADER.DATASET accepts. */
  readonly aliases: readonly string[];
  /** One sentence for the documentation. */
  readonly doc: string;
  readonly classes: number;
  /** Height and width of an image, in pixels. */
  readonly resolution: number;
  /** Whether images are stored larger and cut to any size; otherwise they can only be shown smaller. */
  readonly resizable: boolean;
  /** Name of the teacher that a search takes when no key names one; null when a key must. */
  readonly teacher: string | null;
  /** Null when the images ship with rminas, or with a plugin. */
  readonly asset: AssetDefinition | null;
  /** `own`: its reader takes any folder that the user has for it, or none. Left out: the folder of the asset. */
  readonly folder?: 'own';
}
