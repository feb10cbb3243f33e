/** A headless Chromium, as the tests of pages use it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Why pages cannot be tested here; undefined where they can. */
export const NO_BROWSER: string | undefined = existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`;

export function openBrowser(): Promise<Browser> {
  // A container without user namespaces has no sandbox.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** How a page is shown. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/**
 * Shows a file in a page, which may have shown others. A page of its own for each would take longer than the test.
 * @returns everything that the file must not do: errors and warnings of the console, exceptions, and requests of anything
 *   but the file
 */
export async function show(page: Page, url: string, look: Look = {}): Promise<string[]> {
  const { width = 1280, height = 900, colorScheme = 'light' } = look;
  await page.goto('about:blank');
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.mouse.move(0, 0);
  const faults: string[] = [];
  for (const event of ['console', 'pageerror', 'dialog', 'request']) page.removeAllListeners(event);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('.run');
  // A file may be laid out in the size of the one before at first. Its charts follow its size by one frame.
  await page.waitForFunction(`innerWidth === ${width}`);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return faults;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The serious and critical findings of axe: a line for each, with the elements. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}
