import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/run-cli.js';

/** A test as docs/security.md names it: `file` › `title`. */
const NAMED = /`((?:python\/tests|test)\/[^`]+)` › `([^`]+)`/g;

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const named = [...page.matchAll(NAMED)].map(([, file = '', title = '']) => ({ file, title }));

it('the security page names a test for each of its claims', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!---)/.test(line));
  const claims = rows.filter((line) => !/\| test \|$/.test(line));
  expect(claims.length).toBeGreaterThan(20);
  expect(claims.filter((line) => line.matchAll(NAMED).next().done)).toEqual([]);
});

it.each(named)('$file has the test or case "$title"', ({ file, title }) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
});
