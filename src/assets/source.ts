import { basename } from 'node:path';
import type { AssetDefinition, Download } from '../definitions/asset.js';
import { MissingError, UsageError } from '../errors.js';

/** What is downloaded, and where it goes in the data folder. */
export interface Source extends Download {
  /** From the data folder: where the asset is when it is there. */
  readonly place: string;
}

/**
 * @param mirror base address that has the file under its name; the publisher's own address when null
 * @throws MissingError for what no address is known of.
 */
export function sourceOf(name: string, { places, files, download }: AssetDefinition, mirror: URL | null): Source {
  const [place] = places;
  // A file without a publisher can still be on a mirror; the files of a data set have no archive there.
  const known = download ?? (mirror !== null && place !== undefined && files.length === 0 ? onMirror(place) : null);
  if (known === null || place === undefined) {
    throw new MissingError(`${name} cannot be fetched: no address that a program could download it from is known.`, {
      code: 'not-downloadable',
    });
  }
  return { ...known, place, url: mirror === null ? known.url : new URL(known.name, mirror).href };
}

/**
 * The base address of a mirror, with the slash that makes it one.
 * @throws UsageError
 */
export function parseMirror(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`'${text}' (--mirror) is no address of a web server.`, {
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
