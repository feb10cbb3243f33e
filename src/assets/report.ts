import type { Download } from '../definitions/asset.js';
import type { AssetKind } from './asset.js';

/**
 * - `found`: it exists; its checksum was not compared, or is not known.
 * - `verified`: it exists, with the published checksum.
 * - `missing`: it does not exist.
 * - `wrong`: it exists, and differs from the published file.
 */
export type FileStatus = 'found' | 'verified' | 'missing' | 'wrong';

export interface FileReport {
  /** Absolute path. */
  readonly path: string;
  readonly status: FileStatus;
  /** Size; null for a directory and for a missing file. */
  readonly bytes: number | null;
  /** The difference, or the checksum that was compared; null when there is neither. */
  readonly detail: string | null;
}

/** The report of `rminas assets list` and `verify` on one asset. */
export interface AssetReport {
  readonly name: string;
  readonly kind: AssetKind;
  readonly title: string;
  readonly status: FileStatus | 'shipped';
  /** The path at which it was found, or null. */
  readonly path: string | null;
  /** Its places in a data folder, in search order; none for a checkpoint that the configuration names. */
  readonly places: readonly string[];
  /** These places as absolute paths, in all data folders. */
  readonly lookedFor: readonly string[];
  /** Its files, if it was found. */
  readonly files: readonly FileReport[];
  /** The download, with size and checksum if they are known; null when a program cannot download it. */
  readonly download: Download | null;
  /** How to get it by hand. */
  readonly instructions: readonly string[];
}

/** Bytes of one file; the total is null when it is not known. */
export interface AssetProgress {
  readonly name: string;
  readonly step: 'downloading' | 'verifying' | 'unpacking';
  readonly done: number;
  readonly total: number | null;
}

export type ShowProgress = (progress: AssetProgress) => void;
