import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DERIVED_PAGES, DERIVED_PARTS, derive } from '../../src/documentation/index.js';

const read = (page: string) => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');

describe('the derived parts of the documentation', () => {
  it.each(DERIVED_PAGES)('of %s are up to date; `npm run docs` writes them', (page) => {
    expect(read(page)).toBe(derive(read(page)));
  });

  it('are all used', () => {
    const text = DERIVED_PAGES.map(read).join('\n');
    for (const name of DERIVED_PARTS) expect(text).toContain(`<!-- npm run docs: ${name} -->`);
  });

  it('replace what stands between their comments', () => {
    const page = 'before\n<!-- npm run docs: spaces -->\nold\n<!-- end of spaces -->\nafter\n';
    expect(derive(page)).toMatch(
      /^before\n<!-- npm run docs: spaces -->\n\n\| `SPACE.NAME` [\s\S]*\n<!-- end of spaces -->\nafter\n$/,
    );
    expect(derive(derive(page))).toBe(derive(page));
  });

  it('cannot have an unknown name or another end', () => {
    expect(() => derive('<!-- npm run docs: toys -->\n\n<!-- end of toys -->')).toThrow(/toys/);
    expect(() => derive('<!-- npm run docs: spaces -->\n\n<!-- end of places -->')).toThrow(/places/);
  });
});
