/** A local, read-only server of the runs below a folder. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { MissingError, UsageError } from '../errors.js';
import { reportOf } from '../report/data/read.js';
import type { Report, RunReport } from '../report/data/schema.js';
import { contentSecurityPolicy, documentOf, type PageBundle, readBundle } from '../report/page/document.js';
import { cookieName, type Guard, refusalOf } from './guard.js';
import { RunLibrary } from './library.js';

/** Milliseconds between two looks at the journals. */
const LOOK_EVERY_MS = 300;
/** A report that takes long to make is made less often: its time counts so many times as the pause after it. */
const PAUSE = 3;
/** Runs that one page compares. */
const MOST_COMPARED = 12;

export interface ServeOptions {
  /** The folder with the runs, at any depth. */
  readonly folder: string;
  /** 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** Ends the server, with its open connections. */
  readonly signal: AbortSignal;
}

export interface RunServer {
  /** With the token. */
  readonly url: string;
  /** Settles when the server has ended. */
  readonly ended: Promise<void>;
}

interface Context {
  readonly library: RunLibrary;
  readonly guard: Guard;
  readonly bundle: PageBundle;
  readonly signal: AbortSignal;
}

/** @throws UsageError `unusable-address` when the host and port cannot be listened on; MissingError without the folder */
export async function serveRuns({ folder, host = '127.0.0.1', port = 0, signal }: ServeOptions): Promise<RunServer> {
  const library = openLibrary(folder);
  const bundle = readBundle('ui');
  const token = randomBytes(18).toString('base64url');
  let context: Context | undefined;
  const server = createServer((request, response) => {
    if (context === undefined) return void response.destroy();
    answer(request, response, context).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unusable(host, port, cause)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  context = { library, guard: { token, port: taken, host }, bundle, signal };
  const ended = new Promise<void>((resolve) => {
    const stop = () => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const shown = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shown}:${taken}/?token=${token}`, ended };
}

function openLibrary(folder: string): RunLibrary {
  try {
    return new RunLibrary(folder);
  } catch (cause) {
    throw new MissingError(`The folder ${folder} cannot be read.`, {
      code: 'missing-folder',
      nextSteps: ['Name the folder that holds your runs, for example exp.'],
      cause,
    });
  }
}

function unusable(host: string, port: number, cause: unknown): UsageError {
  const { code } = cause as NodeJS.ErrnoException;
  return new UsageError(`Nothing can listen on ${host}, port ${port}: ${code}.`, {
    code: 'unusable-address',
    nextSteps:
      code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
        ? ['Name an address of this machine with --host: 127.0.0.1, or 0.0.0.0 for all of them.']
        : ['Choose another port with --port, or 0 for any free one.'],
    cause,
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const url = URL.canParse(request.url ?? '', 'http://localhost')
    ? new URL(request.url ?? '', 'http://localhost')
    : null;
  const refusal =
    url === null ? { status: 400, text: 'This is not an address.' } : refusalOf(request, url, context.guard);
  if (url === null || refusal !== null)
    return send(response, refusal?.status ?? 400, 'text/plain', refusal?.text ?? '');
  const runs = url.searchParams.getAll('run').slice(0, MOST_COMPARED);
  if (url.searchParams.has('token')) return keepToken(response, url, context.guard);
  if (url.pathname === '/') return sendPage(response, { page: 'list', folder: context.library.folder }, context);
  if (runs.some((id) => context.library.find(id) === undefined))
    return send(response, 404, 'text/plain', 'There is no such run.');
  if (url.pathname === '/run' && runs.length > 0) return sendPage(response, { page: 'run', ids: runs }, context);
  if (url.pathname === '/events') return sendEvents(response, runs, context);
  return send(response, 404, 'text/plain', 'There is no such page.');
}

/** The token moves from the address, which is seen and kept, into a cookie of this server. */
function keepToken(response: ServerResponse, url: URL, guard: Guard): void {
  url.searchParams.delete('token');
  const cookie = `${cookieName(guard)}=${guard.token}; HttpOnly; SameSite=Strict; Path=/`;
  response.writeHead(302, { ...SAFE, location: `${url.pathname}${url.search}`, 'set-cookie': cookie }).end();
}

const SAFE = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

function send(response: ServerResponse, status: number, type: string, text: string, headers = {}): void {
  response.writeHead(status, { ...SAFE, 'content-type': `${type}; charset=utf-8`, ...headers }).end(text);
}

/** The page holds no run: it opens at once, and the events bring what there is. */
function sendPage(response: ServerResponse, data: object, { bundle }: Context): void {
  const policy = contentSecurityPolicy(bundle, "'self'");
  const page = documentOf({ title: 'rminas', data, bundle, policy });
  send(response, 200, 'text/html', page, { 'content-security-policy': `${policy}; frame-ancestors 'none'` });
}

/** Sends the list, or the report of runs, whenever it changes, until the reader or the server ends. */
async function sendEvents(
  response: ServerResponse,
  ids: readonly string[],
  { library, signal }: Context,
): Promise<void> {
  response.writeHead(200, { ...SAFE, 'content-type': 'text/event-stream; charset=utf-8' });
  let last = '';
  while (!response.destroyed && !signal.aborted) {
    const begun = performance.now();
    const text = ids.length === 0 ? await listEvent(library) : await reportEvent(library, ids);
    if (text !== last && !response.write(text)) await drained(response);
    last = text;
    const took = performance.now() - begun;
    await setTimeout(Math.max(LOOK_EVERY_MS, PAUSE * took), undefined, { signal }).catch(() => {});
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

async function listEvent(library: RunLibrary): Promise<string> {
  return eventOf('runs', await library.list());
}

async function reportEvent(library: RunLibrary, ids: readonly string[]): Promise<string> {
  const states = await Promise.all(ids.flatMap((id) => library.reportOf(id) ?? []));
  const reports = states.flatMap((state) => ('report' in state ? [state.report] : []));
  const problems = states.flatMap((state) => ('problem' in state ? [state.problem] : []));
  return eventOf('report', { report: whole(reports), problems });
}

function whole([first, ...others]: readonly RunReport[]): Report | null {
  return first === undefined ? null : reportOf([first, ...others]);
}

function eventOf(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
