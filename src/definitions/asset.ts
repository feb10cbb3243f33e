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

/** A form in which an asset is published. Checksums are those that the publisher, or the original loader, checks. */
export interface AssetForm {
  /**
   * Where to look for it in each data folder, in this order.
   * A place is the folder of a data set (`.` for the data folder itself), or the file of a teacher or a table.
   */
  readonly places: readonly string[];
  /** Of a data set: any one of these files identifies its folder. The name of a directory ends in a slash. */
  readonly files: readonly KnownFile[];
  /** Of a data set: files that belong to it and that a search does not read. */
  readonly heldOut?: readonly KnownFile[];
}

/** `rminas assets fetch` stores an asset at the first place. */
export interface AssetDefinition extends AssetForm {
  readonly title: string;
  /** Other forms that are read too, and that rminas does not fetch, with the archive that each comes in. */
  readonly otherForms?: readonly (AssetForm & { readonly archive: KnownFile })[];
  /** Whether the archives of all forms are read without unpacking them, where no unpacked form is found. */
  readonly readPacked?: boolean;
  /** Null when a program cannot download it. */
  readonly download: Download | null;
  /** How to get it by hand. */
  readonly instructions: readonly string[];
}

/** All unpacked forms of an asset, the one that is fetched first. */
export function formsOf(asset: AssetDefinition): readonly AssetForm[] {
  return [asset, ...(asset.otherForms ?? [])];
}

/** The archives that are read without unpacking them, in this order; none when all must be unpacked. */
export function packedFiles({ readPacked = false, download, otherForms = [] }: AssetDefinition): readonly KnownFile[] {
  if (!readPacked) return [];
  return [...(download === null ? [] : [download]), ...otherForms.map(({ archive }) => archive)];
}

/**
 * Where the folder of an unpacked archive is usually found in a data folder: at its top, in a folder that the user named
 * after the data set, without a folder of its own, and in the folders that unpacking programs put around it.
 * @param name of the data set
 * @param folder in the archive
 * @param archive name of the archive without its extensions
 */
export function unpackedPlaces(name: string, folder: string, archive: string): readonly string[] {
  const around = [...new Set([folder, archive])].map((outer) => `${outer}/${folder}`);
  return [folder, `${name}/${folder}`, '.', name, ...around, ...around.map((place) => `${name}/${place}`)];
}

/** Where to look for an asset in each data folder, in any form. */
export function allPlaces(asset: AssetDefinition): readonly string[] {
  return [...new Set(formsOf(asset).flatMap(({ places }) => places))];
}

/** The files that identify the folder of a data set, in any unpacked form. */
export function identifyingFiles(asset: AssetDefinition): readonly KnownFile[] {
  return formsOf(asset).flatMap(({ files }) => files);
}

/** The RMI-NAS archive and XNAS name this mirror; the host no longer answers. */
export const ORIGINAL_MIRROR = 'http://cdn.thrase.cn/rmi';
