import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownIn('docs')];

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  it('links to files and headings that exist', () => {
    expect(linksIn(text).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it('names tests, scripts and sources that exist', () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('begins with one heading of the first level', () => {
    const headings = linesOutsideCode(text).filter((line) => /^# /.test(line));
    expect(headings).toHaveLength(1);
    expect(text.startsWith('# ')).toBe(true);
  });
});

it('finds links, headings and paths', () => {
  const text =
    '# A `b` c\n\n[x](y.md#z) ![p](i.svg) `npm run vitest -- test/e2e/kill.test.ts`, `test/search`, `contest/x`';
  expect(linksIn(text)).toEqual(['y.md#z', 'i.svg']);
  expect(pathsIn(text)).toEqual(['test/e2e/kill.test.ts', 'test/search']);
  expect(anchorsIn(text)).toEqual(new Set(['a-b-c']));
});

it('reaches every page from the index', () => {
  const index = linksIn(readFileSync(join(root, 'docs/index.md'), 'utf8')).map((link) => link.split('#')[0]);
  const unreachable = markdownIn('docs').filter(
    (page) => page !== 'docs/index.md' && !index.includes(relative('docs', page)),
  );
  expect(unreachable).toEqual([]);
});

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

/** Targets of inline links and of link definitions, without addresses on the web. */
function linksIn(text: string): string[] {
  const prose = linesOutsideCode(text)
    .join('\n')
    .replaceAll(/`[^`\n]*`/g, '');
  const inline = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  const defined = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)].map(([, target]) => target ?? '');
  return [...inline, ...defined].filter((target) => !/^[a-z]+:/.test(target));
}

/** Paths of tests, scripts, configurations and sources; one that ends in a placeholder is left out. */
function pathsIn(text: string): string[] {
  const found = text.matchAll(/(?<![\w./-])((?:test|python|scripts|src|configs|docs)\/[\w./-]*[\w/])(?![\w*<{…])/g);
  return [...found].map(([, path]) => path ?? '');
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsIn(readFileSync(target, 'utf8')).has(anchor);
}

/** Anchors of a page's headings, as GitHub derives them. */
function anchorsIn(text: string): Set<string> {
  const headings = linesOutsideCode(text).flatMap((line) => /^#{1,6} (.*)$/.exec(line)?.[1] ?? []);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function linesOutsideCode(text: string): string[] {
  let inCode = false;
  return text.split('\n').filter((line) => {
    if (line.startsWith('```')) inCode = !inCode;
    return !inCode && !line.startsWith('```');
  });
}
