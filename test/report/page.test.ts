import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/explain/explain.js';
import { report } from '../../src/report/report.js';
import { eventually, scaled } from '../support/limits.js';
import { recordSearch } from '../support/recorded-search.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { NO_BROWSER, openBrowser, seriousFindings, show } from './browser.js';

const FIXTURES = join(ROOT, 'test/fixtures/journals/0.2.1');
const PAPER_SIZE = 1000;
const HOSTILE = '</script><img src="x" onerror="alert(1)"><b>{b}</b>';

let browser: Browser;
let page: Page;
let folder: string;
/** Files of reports by name. */
const files = new Map<string, string>();
const urlOf = (name: string) => pathToFileURL(files.get(name) ?? '').href;

async function write(name: string, ...runs: string[]): Promise<void> {
  const { file } = await report({ runs, out: join(folder, `${name}.html`) });
  files.set(name, file);
}

/** Rows of the table below a chart. */
async function numbersOf(page: Page, chart: string): Promise<number> {
  await page.locator(`[data-chart="${chart}"] summary`).click();
  const rows = page.locator(`[data-chart="${chart}"] tbody tr`);
  await rows.first().waitFor();
  return rows.count();
}

/** Clicks the point of an architecture in a chart. */
async function clickPoint(page: Page, chart: string, item: number): Promise<void> {
  const place = page.locator(`[data-chart="${chart}"] .chart`);
  await place.scrollIntoViewIfNeeded();
  const at = await place.evaluate((element, wanted) => {
    const { echarts } = element as unknown as { echarts: Drawn };
    const { series } = echarts.getOption();
    for (const [seriesIndex, { type, data }] of series.entries()) {
      const point = type === 'scatter' && data.find(({ value }) => value?.[0] === wanted);
      if (point) return echarts.convertToPixel({ seriesIndex }, point.value);
    }
    throw new Error('there is no such point');
  }, item + 1);
  await place.click({ position: { x: at[0] ?? 0, y: at[1] ?? 0 } });
}

interface Drawn {
  getOption(): { series: { type: string; data: { value: number[] }[] }[] };
  convertToPixel(finder: object, value: number[]): number[];
}

describe.skipIf(NO_BROWSER)(
  `the page of a report${NO_BROWSER ? ` (${NO_BROWSER})` : ''}`,
  { timeout: scaled(60_000) },
  () => {
    beforeAll(async () => {
      folder = temporaryFolder();
      const paper = join(folder, 'paper');
      const overrides = [
        'RMINAS.RF_SUCC',
        '9999',
        'RMINAS.MAX_EVALUATIONS',
        String(PAPER_SIZE),
        'RMINAS.CANDIDATES',
        '50',
      ];
      await recordSearch(paper, { cfg: 'nas-bench-201-cifar10', overrides });
      const hostile = join(folder, '<b>run&amp;{a}');
      const small = ['RMINAS.RF_SUCC', '2', 'RMINAS.MAX_EVALUATIONS', '24', 'RMINAS.CANDIDATES', '20'];
      const failureOf = (index: number) => (index === 3 ? HOSTILE : undefined);
      await recordSearch(hostile, { cfg: 'quickstart', overrides: small, failureOf });
      await write('paper', paper);
      await write('hostile', hostile);
      await write('digits', join(FIXTURES, 'search-complete'));
      await write('ranking', join(FIXTURES, 'rank-complete'));
      await write('comparison', join(FIXTURES, 'compare'));
      await write('retraining', join(FIXTURES, 'retrain-complete'));
      const { file } = await explain({ run: join(FIXTURES, 'search-complete'), out: join(folder, 'explanation.html') });
      files.set('explanation', file ?? '');
      await write('several', hostile, join(FIXTURES, 'search-complete'));
      browser = await openBrowser();
      page = await browser.newPage();
      page.setDefaultTimeout(scaled(30_000));
    }, scaled(120_000));

    afterAll(async () => {
      await browser?.close();
    });

    it('takes at most 3 MB for a search of the size of the paper', () => {
      expect(statSync(files.get('paper') ?? '').size).toBeLessThan(3e6);
    });

    it.each([
      ['paper', ['search', 'votes', 'slots', 'seconds']],
      ['digits', ['search', 'votes', 'seconds']],
      ['ranking', ['tau']],
      ['comparison', ['regret-cifar10']],
      ['retraining', ['accuracy', 'loss']],
      ['explanation', ['curve', 'cka', 'parts', 'place']],
      ['several', ['lowest', 'search']],
    ])('of a %s draws its charts without errors and requests', async (name, charts) => {
      const faults = await show(page, urlOf(name));
      for (const chart of charts) expect(await numbersOf(page, chart), chart).toBeGreaterThan(0);
      expect(faults).toEqual([]);
    });

    it.each([
      ['digits', 'light'],
      ['digits', 'dark'],
      ['ranking', 'light'],
      ['several', 'light'],
      ['explanation', 'light'],
      ['explanation', 'dark'],
    ] as const)('of a %s has no serious finding of axe on a %s background', async (name, colorScheme) => {
      await show(page, urlOf(name), { colorScheme });
      expect(await seriousFindings(page)).toEqual([]);
    });

    it('has a point for each architecture', async () => {
      await show(page, urlOf('paper'));
      const points = await page.locator('[data-chart="search"] .chart').evaluate((element) => {
        const { series } = (element as unknown as { echarts: Drawn }).echarts.getOption();
        return series.flatMap(({ type, data }) => (type === 'scatter' ? data : [])).length;
      });
      expect(points).toBe(PAPER_SIZE);
    });

    it('shows the architecture whose point is clicked: its picture, its loss curve, and CKA over the steps', async () => {
      const faults = await show(page, urlOf('paper'));
      await clickPoint(page, 'search', 700);
      const panel = page.getByRole('dialog');
      await eventually(async () =>
        expect(await panel.getByRole('heading', { level: 2 }).textContent()).toBe('Architecture 701'),
      );
      expect(await panel.locator('svg.rminas-cell').count()).toBe(1);
      expect(await panel.getByRole('img', { name: 'Loss over the steps of its training' }).count()).toBe(1);
      expect(await panel.getByRole('img', { name: 'CKA of each stage over the steps' }).count()).toBe(1);
      expect(await seriousFindings(page)).toEqual([]);
      expect(faults).toEqual([]);
    });

    it('can be used with the keyboard', async () => {
      await show(page, urlOf('paper'));
      const first = page.locator('[role=option]').first();
      await first.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      const second = page.locator('[role=option]').nth(1);
      expect(await second.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
      const number = await second.locator('.number').first().textContent();
      await page.keyboard.press('Enter');
      const title = page.getByRole('dialog').getByRole('heading', { level: 2 });
      expect(await title.textContent()).toBe(`Architecture ${number}`);
      await page.keyboard.press('Escape');
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(await second.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    });

    it.each(['paper', 'ranking', 'comparison', 'several', 'hostile', 'explanation'])(
      'of a %s needs no horizontal scroll on a phone',
      async (name) => {
        await show(page, urlOf(name), { width: 360, height: 740 });
        await eventually(async () => expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360));
      },
    );

    it('shows hostile text as text', async () => {
      const faults = await show(page, urlOf('hostile'));
      expect(await page.locator('.run-name').textContent()).toBe('<b>run&amp;{a}');
      await page.getByLabel('Order').selectOption('time');
      await page.locator('[role=option]').nth(3).click();
      expect(await page.locator('.failure').textContent()).toBe(HOSTILE);
      expect(await page.locator('img').count()).toBe(0);
      expect(faults).toEqual([]);
    });

    it('runs no script but its own', async () => {
      await show(page, urlOf('paper'));
      const refused = await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective));
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.body.append(script);
    })`);
      expect(refused).toBe('script-src-elem');
      expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
    });

    it('puts several runs side by side, and shows one of them', async () => {
      await show(page, urlOf('several'));
      await page.getByRole('tab').first().focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('search-complete');
      expect(await page.locator('#side-by-side thead').first().locator('th').count()).toBe(3);
    });
  },
);
