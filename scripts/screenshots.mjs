// Makes the pictures of pages in docs/images: node scripts/screenshots.mjs RUN RUNS
// report.png shows the report of the run, e.g. of `npm run quickstart`, and ui.png the list of the runs below the folder.
// It needs Debian's Chromium, and a build.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { report } from 'rminas';
import { serveRuns } from '../dist/ui/server.js';

const IMAGES = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'images');
const [run, runs] = process.argv.slice(2);
if (runs === undefined) {
  console.error('Usage: node scripts/screenshots.mjs RUN RUNS');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'rminas-screenshots-'));
const stop = new AbortController();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const { file } = await report({ runs: [run], out: join(scratch, 'report.html') });
  await picture('report.png', pathToFileURL(file).href, { selector: '.run', width: 1100, height: 1080 });
  const { url, ended } = await serveRuns({ folder: runs, signal: stop.signal });
  await picture('ui.png', url, { selector: 'tr[data-run]', width: 1200, height: 500 });
  stop.abort();
  await ended;
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

/** Saves the upper part of a page as a PNG, once the page has an element. */
async function picture(name, url, { selector, ...viewport }) {
  const page = await browser.newPage({ viewport });
  await page.goto(url);
  await page.waitForSelector(selector);
  await page.screenshot({ path: join(IMAGES, name) });
  await page.close();
  console.log(join(IMAGES, name));
}
