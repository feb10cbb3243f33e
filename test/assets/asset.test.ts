import { describe, expect, it } from 'vitest';
import { assetsOf } from '../../src/assets/asset.js';
import { BUILT_IN } from '../../src/catalogue/built-in.js';

const ASSETS = assetsOf(BUILT_IN);

const FILES = ASSETS.flatMap(({ name, definition }) =>
  [...definition.files, ...(definition.heldOut ?? []), ...(definition.download ? [definition.download] : [])].map(
    (file) => ({
      name,
      file,
    }),
  ),
);

describe('the assets of the catalogue', () => {
  it('have distinct names', () => {
    const names = ASSETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(ASSETS)('say where $name is stored and how to get it', ({ definition }) => {
    const { places, download, instructions } = definition;
    expect(instructions.length).toBeGreaterThan(0);
    expect(places.length).toBeGreaterThan(0);
    expect(places[0]).not.toBe('.');
    if (download === null) return;
    // A download has a checksum. It is unpacked to the first place, or is the file at that place.
    expect(download.md5 ?? download.sha256).toBeDefined();
    expect(download.unpacksTo ?? download.name).toBe(download.unpacksTo ? places[0] : places[0]?.split('/').at(-1));
    expect(new URL(download.url).pathname.endsWith(`/${download.name}`)).toBe(true);
  });

  it.each(FILES)('have well-formed checksums of $file.name of $name', ({ file }) => {
    if (file.md5 !== undefined) expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
    if (file.sha256 !== undefined) expect(file.sha256).toMatch(/^(?:[0-9a-f]{8}|[0-9a-f]{64})$/);
    // A file name of PyTorch ends in the first digits of the checksum.
    const digits = /-([0-9a-f]{8})\.(?:th|pth)$/.exec(file.name)?.[1];
    if (digits !== undefined) expect(file.sha256?.startsWith(digits)).toBe(true);
  });
});
