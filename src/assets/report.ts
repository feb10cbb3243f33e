import type { Download } from '../definitions/asset.js';
import type { AssetKind } from './asset.js';

/**
 * - `found`: it is there; nothing more was looked at, or nothing more is known to compare it with.
 * - `verified`: it is there, with the published checksum.
 * - `missing`: it is not there.
 * - `wrong`: it is there, and not what was published.
 */
export type FileStatus = 'found' | 'verified' | 'missing' | 'wrong';

export interface FileReport {
  /** Absolute path. */
  readonly path: string;
  readonly status: FileStatus;
  /** Size; null for a directory and for what is missing. */
  readonly bytes: number | null;
  /** What is wrong, or which checksum was compared; null where there is nothing to say. */
  readonly detail: string | null;
}

/** What `rminas assets list` and `verify` answer of each asset, and print with `--json`. */
export interface AssetReport {
  readonly name: string;
  readonly kind: AssetKind;
  readonly title: string;
  readonly status: FileStatus | 'shipped';
  /** Where it was found, or null. */
  readonly path: string | null;
  /** Where it is looked for in a data folder, in order; none for a checkpoint that the configuration names. */
  readonly places: readonly string[];
  /** The same as absolute paths, in all data folders. */
  readonly lookedFor: readonly string[];
  /** Its files, where it was found. */
  readonly files: readonly FileReport[];
  /** What can be fetched, with size and checksum where they are known; null where nothing can. */
  readonly download: Download | null;
  /** How a person gets it. */
  readonly instructions: readonly string[];
}

/** Bytes handled of one file; the total is null where it is not known. */
export interface AssetProgress {
  readonly name: string;
  readonly step: 'downloading' | 'verifying' | 'unpacking';
  readonly done: number;
  readonly total: number | null;
}

export type ShowProgress = (progress: AssetProgress) => void;
