import { describe, expect, it } from 'vitest';
import { ASSETS } from '../../src/assets/catalogue.js';

const known = ASSETS.flatMap(({ name, facts }) =>
  [...facts.files, ...(facts.heldOut ?? []), ...(facts.download ? [facts.download] : [])].map((file) => ({
    name,
    file,
  })),
);

describe('the table of facts', () => {
  it('names everything once', () => {
    const names = ASSETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(ASSETS)('says of $name where it goes and how to get it', ({ facts }) => {
    const { places, download, instructions } = facts;
    expect(instructions.length).toBeGreaterThan(0);
    expect(places.length).toBeGreaterThan(0);
    expect(places[0]).not.toBe('.');
    if (download === null) return;
    // What comes is verified, and unpacks to the first place where it is looked for, or is the file there.
    expect(download.md5 ?? download.sha256).toBeDefined();
    expect(download.unpacksTo ?? download.name).toBe(download.unpacksTo ? places[0] : places[0]?.split('/').at(-1));
    expect(new URL(download.url).pathname.endsWith(`/${download.name}`)).toBe(true);
  });

  it.each(known)('has well-formed sums of $file.name of $name', ({ file }) => {
    if (file.md5 !== undefined) expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
    if (file.sha256 !== undefined) expect(file.sha256).toMatch(/^(?:[0-9a-f]{8}|[0-9a-f]{64})$/);
    // PyTorch's habit: the name ends in the first digits of the sum.
    const digits = /-([0-9a-f]{8})\.(?:th|pth)$/.exec(file.name)?.[1];
    if (digits !== undefined) expect(file.sha256?.startsWith(digits)).toBe(true);
  });
});
