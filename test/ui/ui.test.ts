import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/index.js';
import { FollowedSearch } from '../../src/report/data/follow.js';
import { unpackPicture } from '../../src/report/data/pictures.js';
import { searchReportOf } from '../../src/report/data/search/search-report.js';
import { findRuns } from '../../src/ui/folder.js';
import { RunLibrary } from '../../src/ui/library.js';
import { serveRuns } from '../../src/ui/server.js';
import { seriousFindings } from '../report/browser.js';
import { GrowingRun, killedCopy, makeRun, proxyRun } from '../support/formula-runs.js';
import { isStopped, waitUntil } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { BIN, ROOT, startCli, temporaryFolder } from '../support/run-cli.js';
import { signalledAt } from '../support/signalled-at.js';
import { remember } from '../support/started.js';

const CHROMIUM = '/usr/bin/chromium';
const root = join(temporaryFolder(), 'runs');
const stop = new AbortController();
let url: URL;
let finished: string;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Sends a path as it is, without the clean-up of a browser. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: url.port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        // Events have no end.
        if (response.headers['content-type']?.startsWith('text/event-stream')) sent.destroy();
      });
      response.on('close', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const cookie = () => ({ cookie: `rminas-${url.port}=${url.searchParams.get('token')}` });
const idOf = (name: string) => findRuns(root).find((run) => run.name === name)?.id ?? '';

beforeAll(async () => {
  vi.stubEnv('RMINAS_HOME', temporaryFolder());
  finished = await makeRun(join(root, 'finished'));
  killedCopy(finished, join(root, 'killed'));
  ({ url } = await serveRuns({ folder: root, signal: stop.signal }).then((served) => ({ url: new URL(served.url) })));
  return () => vi.unstubAllEnvs();
});

afterAll(() => stop.abort());

describe('the server of the pages', () => {
  it('takes the token once, and keeps it in a cookie of its port', async () => {
    const { status, headers } = await ask(`/${url.search}`);
    expect(status).toBe(302);
    expect(headers.location).toBe('/');
    expect(String(headers['set-cookie'])).toMatch(/^rminas-\d+=[\w-]{24}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect((await ask('/', cookie())).status).toBe(200);
  });

  it.each([
    ['no token', '/', {}, 401],
    ['a wrong token', '/?token=abc', {}, 401],
    ['a foreign host', '/', { host: 'evil.example' }, 403],
    ['a name that leads here', '/', { host: 'evil.example:80' }, 403],
    ['a foreign origin', '/events', { origin: 'http://evil.example' }, 403],
    ['the origin of a file', '/events', { origin: 'null' }, 403],
  ])('refuses %s', async (_what, path, headers, status) => {
    const good = status === 401 ? {} : cookie();
    expect((await ask(path, { ...good, ...headers })).status).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await ask('/', cookie(), method)).status).toBe(405);
  });

  it.each([
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/run?run=../../etc',
    '/run?run=%2e%2e%2fkilled',
    '/events?run=/etc',
    '/run?run=__proto__',
    '//evil.example/run',
    '/journal.jsonl',
  ])('opens no path of a request: %s', async (path) => {
    const { status, text } = await ask(path, cookie());
    expect(status).toBe(404);
    expect(text).toMatch(/^There is no such (?:run|page)\.$/);
  });

  it('forbids its pages all but their own script', async () => {
    const { headers, text } = await ask('/', cookie());
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[^']+';/);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toContain(String(url.searchParams.get('token')));
  });

  it('sends the list of runs with their states', async () => {
    const { text } = await ask('/events', cookie());
    const runs = JSON.parse(text.split('data: ')[1] ?? '') as { name: string; state: string; resume: string | null }[];
    expect(runs.map(({ name, state }) => [name, state])).toEqual([
      ['finished', 'finished'],
      ['killed', 'interrupted'],
    ]);
    expect(runs[1]?.resume).toBe(`rminas search --resume ${join(root, 'killed')}`);
  });

  it("lists the best value of a search by the search's own objective", async () => {
    const inside = join(temporaryFolder(), 'runs');
    proxyRun(finished, join(inside, 'proxy'), 'naswot', [3, 7, 5]);
    const [listed] = await new RunLibrary(inside).list();
    // Higher values of the proxy are better, and a search minimises.
    expect(listed).toMatchObject({ evaluations: 3, bestLoss: -7 });
  });

  it('makes the same report of a journal that grows as of one that is read at once', async () => {
    const run = new GrowingRun(finished, join(temporaryFolder(), 'grows'), { evaluations: 30 });
    const configuration = () => loadConfig({ file: join(run.folder, 'config.yaml') });
    const reported = async (search: FollowedSearch) => {
      const { pictures, ...report } = searchReportOf(await search.readOn());
      return { ...report, drawn: pictures.architectures.map((one) => unpackPicture(one, pictures)) };
    };
    const following = new FollowedSearch(run.folder, configuration);
    for (const lines of [8, 9, 100]) {
      run.write(lines);
      expect(await reported(following)).toEqual(await reported(new FollowedSearch(run.folder, configuration)));
    }
  });

  it('follows no link out of its folder', () => {
    const outside = temporaryFolder();
    const inside = join(temporaryFolder(), 'runs');
    mkdirSync(join(inside, 'linked'), { recursive: true });
    writeFileSync(join(outside, 'journal.jsonl'), '{}\n');
    symlinkSync(outside, join(inside, 'folder'));
    symlinkSync(join(outside, 'journal.jsonl'), join(inside, 'linked', 'journal.jsonl'));
    expect(findRuns(inside)).toEqual([]);
  });

  it.each([
    [{ folder: 'package.json' }, { code: 'missing-folder', message: 'The folder package.json cannot be read.' }],
    [
      { folder: '.', host: '192.0.2.1' },
      { code: 'unusable-address', nextSteps: [expect.stringContaining('--host')] },
    ],
  ])('refuses %j', async (options, error) => {
    const { signal } = new AbortController();
    await expect(serveRuns({ ...options, signal })).rejects.toMatchObject(error);
  });

  it('ends at once with open connections when it is interrupted', async () => {
    const child = remember(spawn(process.execPath, [BIN, 'ui', root], { stdio: ['ignore', 'pipe', 'pipe'] }));
    const printed = await new Promise<string>((resolve) => child.stdout?.once('data', (text) => resolve(String(text))));
    const { port, searchParams } = new URL(printed.trim());
    const headers = { cookie: `rminas-${port}=${searchParams.get('token')}` };
    await new Promise<void>((resolve) => {
      const open = request({ host: '127.0.0.1', port, path: '/events', headers }, (response) =>
        response.on('data', () => resolve()).on('error', () => {}),
      );
      open.on('error', () => {});
      open.end();
    });
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });
});

const withBrowser = describe.runIf(existsSync(CHROMIUM));

withBrowser('the pages in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  /** Measured times, which docs/ui.md quotes. */
  const figures: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.setDefaultTimeout(scaled(30_000));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (sent) => {
      if (!sent.url().startsWith(url.origin) && !sent.url().startsWith('data:')) complaints.push(sent.url());
    });
    await page.goto(url.href);
    return () => {
      process.stdout.write(`${figures.join('\n')}\n`);
      return browser.close();
    };
  });

  const firstPaint = () =>
    page.evaluate("Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1)");

  const row = (name: string) => page.locator('tr[data-run]', { has: page.getByRole('link', { name, exact: true }) });

  it('lists the runs, and hides the token from the address', async () => {
    await row('killed').waitFor();
    expect(page.url()).toBe(`${url.origin}/`);
    expect(await row('killed').textContent()).toContain('interrupted');
    expect(await row('finished').textContent()).toContain('finished');
    await row('killed').getByRole('button', { name: 'Copy the command that resumes killed' }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'lists the runs without serious findings of axe on a %s background, and without horizontal scroll on a phone',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await seriousFindings(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 720 });
      expect(await seriousFindings(page)).toEqual([]);
    },
  );

  it('shows the report of a run that was killed in the middle of a line', async () => {
    await row('killed').getByRole('link').click();
    await page.locator('.run .state', { hasText: 'interrupted' }).waitFor();
    await page.locator('[role="option"]').first().waitFor();
  });

  it('shows new evaluations of a run as they are written', async () => {
    const run = new GrowingRun(finished, join(root, 'growing'), { evaluations: 40 });
    run.write(6);
    await page.goto(`${url.origin}/`);
    await row('growing').getByRole('link').click();
    const evaluated = (count: number) => page.locator('.run', { hasText: `${count} of them` });
    await evaluated(5).waitFor();
    const begun = performance.now();
    run.write(10);
    await evaluated(15).waitFor();
    figures.push(`new evaluations are shown after ${Math.round(performance.now() - begun)} ms`);
  });

  it('shows new evaluations of a search that runs', async () => {
    const keys = 'RMINAS.STRATEGY random RMINAS.RF_WARMUP 10 RMINAS.MAX_EVALUATIONS 30';
    const cfg = join(ROOT, 'test/fixtures/tiny.yaml');
    const args = ['search', '--cfg', cfg, '--out', join(root, 'live'), '--workers', '1', ...keys.split(' ')];
    // The search waits until the page shows a part of it, however fast either of them is.
    const { child, ended } = startCli(args, { env: signalledAt('journal evaluated 3 synced', 'SIGSTOP') });
    await waitUntil(() => isStopped(child.pid), ended);
    await page.goto(`${url.origin}/`);
    await page.locator('tr[data-run] a', { hasText: 'live' }).click();
    const shown = page.locator('.run', { hasText: 'of them' });
    await shown.waitFor();
    expect(await shown.textContent()).not.toContain('30 architectures');
    child.kill('SIGCONT');
    await page.locator('.run .state', { hasText: 'finished' }).waitFor();
    expect((await ended).code).toBe(0);
    await page.locator('.run', { hasText: '30 architectures' }).waitFor();
  });

  it('compares a selection', async () => {
    await page.goto(`${url.origin}/`);
    for (const name of ['finished', 'killed']) await row(name).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Compare the selected runs' }).click();
    await page.getByRole('tab', { name: 'killed' }).waitFor();
  });

  it('shows markup in names and genotypes as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    killedCopy(finished, join(root, name));
    await page.goto(`${url.origin}/`);
    await row(name).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('stays usable with 50 runs and a journal of 10,000 lines', async () => {
    for (let index = 0; index < 50; index += 1) killedCopy(finished, join(root, `many-${index}`));
    new GrowingRun(finished, join(root, 'long'), { evaluations: 15_000, curve: 20 }).write(10_002);
    await page.goto(`${url.origin}/`);
    await row('many-49').waitFor();
    figures.push(`the list of 54 runs is painted after ${await firstPaint()} ms`);
    const begun = performance.now();
    await row('long').getByRole('link').click();
    await page.locator('.run', { hasText: 'of nas-bench-201' }).waitFor();
    figures.push(`the page of 10,000 lines is painted after ${await firstPaint()} ms`);
    figures.push(`its report is there after ${Math.round(performance.now() - begun)} ms`);
    await page.goto(`${url.origin}/run?run=${idOf('finished')}`);
    await page.locator('.run .state', { hasText: 'finished' }).waitFor();
  });

  it('made no error and no request to another place', () => {
    expect(complaints).toEqual([]);
  });
});
