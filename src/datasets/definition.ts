import type { AssetDefinition } from '../definitions/asset.js';
import type { OwnImages } from '../protocol/specification.js';

/** What LOADER.DATASET may be besides a name, for messages. */
export const OWN_DATASETS = 'folder:PATH, npz:PATH, hf:NAME, hf:PATH or torchvision:NAME';

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
  /** Of a data set of the user, which the sidecar does not know by its name. */
  readonly own?: {
    /** The value of LOADER.DATASET that a run keeps, with an absolute path. */
    readonly reference: string;
    /** Absolute path of its folder or file; null when its name says it all. */
    readonly path: string | null;
    /** The names of the first classes, in the order of the labels. */
    readonly classNames: readonly string[];
    /** Images to train on. */
    readonly trainImages: number;
    /** Its part of a specification. */
    readonly images: OwnImages;
  };
}
