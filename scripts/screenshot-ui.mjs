// Makes the picture of the live page in docs/images/ui.png: node scripts/screenshot-ui.mjs FOLDER
// FOLDER holds the runs to show. It needs Debian's Chromium, and a build.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serveRuns } from '../dist/ui/server.js';

const FILE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'images', 'ui.png');
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node scripts/screenshot-ui.mjs FOLDER');
  process.exit(2);
}

const stop = new AbortController();
const { url, ended } = await serveRuns({ folder, signal: stop.signal });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 500 } });
  await page.goto(url);
  await page.waitForSelector('tr[data-run]');
  await page.screenshot({ path: FILE });
  console.log(FILE);
} finally {
  await browser.close();
  stop.abort();
  await ended;
}
