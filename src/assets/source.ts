import { basename } from 'node:path';
import type { AssetDefinition, Download } from '../definitions/asset.js';
import { MissingError, UsageError } from '../errors.js';

/** A download, and its place in the data folder. */
export interface AssetSource extends Download {
  /** Path of the asset in the data folder. */
  readonly place: string;
}

/**
 * @param mirror base address of a server that has the file under its name; null for the publisher's address
 * @throws MissingError when no address is known.
 */
export function assetSourceOf(
  name: string,
  { places, files, download }: AssetDefinition,
  mirror: URL | null,
): AssetSource {
  const [place] = places;
  // A mirror may have a file without a publisher; it has no archive of the files of a data set.
  const known = download ?? (mirror !== null && place !== undefined && files.length === 0 ? onMirror(place) : null);
  if (known === null || place === undefined) {
    throw new MissingError(`${name} cannot be fetched: no program can download it.`, {
      code: 'not-downloadable',
    });
  }
  return { ...known, place, url: mirror === null ? known.url : new URL(known.name, mirror).href };
}

/**
 * The base address of a mirror, with a slash at its end.
 * @throws UsageError
 */
export function parseMirror(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`Expected the address of a web server (--mirror), got '${text}'.`, {
      code: 'invalid-mirror',
      nextSteps: ['Give the address of the folder that holds the files: https://example.org/data'],
    });
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function onMirror(place: string): Download {
  return { name: basename(place), url: '' };
}
