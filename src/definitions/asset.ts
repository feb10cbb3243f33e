/** An asset: files that a search reads and that do not ship with rminas. */

/** A file as its publisher made it. Unknown fields are left out. */
export interface KnownFile {
  readonly name: string;
  readonly bytes?: number;
  readonly md5?: string;
  /** In hexadecimal, or its first digits: PyTorch puts those into file names. */
  readonly sha256?: string;
}

/** Where an asset is published. */
export interface Download extends KnownFile {
  readonly url: string;
  /** Folder that unpacking the archive creates; left out when the file itself is the asset. */
  readonly unpacksTo?: string;
}

/** Checksums are those that the publisher, or the original loader, checks. */
export interface AssetDefinition {
  readonly title: string;
  /**
   * Where to look for it in each data folder, in this order. `rminas assets fetch` stores it at the first place.
   * A place is the folder of a data set (`.` for the data folder itself), or the file of a teacher or a table.
   */
  readonly places: readonly string[];
  /** Of a data set: any one of these files identifies its folder. The name of a directory ends in a slash. */
  readonly files: readonly KnownFile[];
  /** Of a data set: files that belong to it and that a search does not read. */
  readonly heldOut?: readonly KnownFile[];
  /** Null when a program cannot download it. */
  readonly download: Download | null;
  /** How to get it by hand. */
  readonly instructions: readonly string[];
}

/** The RMI-NAS archive and XNAS name this mirror; the host no longer answers. */
export const ORIGINAL_MIRROR = 'http://cdn.thrase.cn/rmi';
