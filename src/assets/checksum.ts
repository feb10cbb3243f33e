import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { KnownFile } from '../definitions/asset.js';
import { requireFile } from '../system/files.js';

/** A published checksum: hexadecimal, or its first digits. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha256';
  readonly digits: string;
}

/** The strongest checksum that is known of a file, or null. */
export function checksumOf({ sha256, md5 }: KnownFile): Checksum | null {
  if (sha256 !== undefined) return { algorithm: 'sha256', digits: sha256 };
  return md5 === undefined ? null : { algorithm: 'md5', digits: md5 };
}

/** e.g. `SHA-256 12fca82f`. */
export function describeChecksum({ algorithm, digits }: Checksum): string {
  return `${algorithm === 'md5' ? 'MD5' : 'SHA-256'} ${digits}`;
}

export function describeMismatch(actual: Checksum, expected: Checksum): string {
  return `it has the ${describeChecksum(actual)} instead of ${expected.digits}`;
}

/**
 * The checksum of a file, with as many digits as the expected one. It reads the file in pieces, in constant memory.
 * @param onBytes called with the bytes read so far
 * @throws ReadError for a FIFO, a device or a folder; errors of node:fs, and AbortError
 */
export async function actualChecksum(
  path: string,
  { algorithm, digits }: Checksum,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: ((bytes: number) => void) | undefined } = {},
): Promise<Checksum> {
  requireFile(path);
  const hash = createHash(algorithm);
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, ...(signal && { signal }) })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes?.(bytes);
  }
  return { algorithm, digits: hash.digest('hex').slice(0, digits.length) };
}
