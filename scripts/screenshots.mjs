// Makes the pictures of pages in docs/images: node scripts/screenshots.mjs RUN_FOLDER
// docs/images/report.png shows the report of `npm run quickstart`. It needs Debian's Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { report } from 'rminas';

const IMAGES = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'images');
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node scripts/screenshots.mjs RUN_FOLDER');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'rminas-screenshots-'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const { file } = await report({ runs: [folder], out: join(scratch, 'report.html') });
  await picture('report.png', pathToFileURL(file).href, { width: 1100, height: 1080 });
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

/** Saves the upper part of a page as a PNG. */
async function picture(name, url, viewport) {
  const page = await browser.newPage({ viewport });
  await page.goto(url);
  await page.waitForSelector('.run');
  await page.screenshot({ path: join(IMAGES, name) });
  await page.close();
  console.log(join(IMAGES, name));
}
