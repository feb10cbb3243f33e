/** The page of a report: one HTML document without any request. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeText } from '../../charts/xml.js';
import { PACKAGE_ROOT } from '../../installation/places.js';
import { CELL_STYLE } from '../cell/style.js';
import type { Report } from '../data/schema.js';

/** The script and the style of a page, as `npm run build` bundles them. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/** @param name of the script: `report` draws the report in the page */
export function readBundle(name = 'report'): PageBundle {
  const folder = join(PACKAGE_ROOT, 'dist', 'report', 'client');
  return {
    script: readFileSync(join(folder, `${name}.bundle.js`), 'utf8'),
    style: `${readFileSync(join(folder, 'style.css'), 'utf8')}${CELL_STYLE}\n`,
  };
}

/** What a page may do: run its own script and nothing else. @param connect sources that the script may read from */
export function contentSecurityPolicy({ script, style }: PageBundle, connect = "'none'"): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The whole document. It needs no other file, and works from a disk. */
export function pageOf(report: Report, bundle = readBundle()): string {
  return documentOf({ title: `${report.title} — rminas`, data: report, bundle, policy: contentSecurityPolicy(bundle) });
}

export interface PageParts {
  readonly title: string;
  /** What the script reads: any JSON. */
  readonly data: unknown;
  readonly bundle: PageBundle;
  readonly policy: string;
}

export function documentOf({ title, data, bundle, policy }: PageParts): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeText(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(title)}</title>`,
    `<style>${bundle.style}</style>`,
    '</head>',
    '<body>',
    '<div id="report"></div>',
    '<noscript><p>This report draws itself by a script in this file. Allow scripts to see it.</p></noscript>',
    `<script type="application/json" id="data">${jsonInHtml(data)}</script>`,
    `<script>${bundle.script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON that cannot end the element that it stands in. */
function jsonInHtml(data: unknown): string {
  return JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
