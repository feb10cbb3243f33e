/** A real HTTP server with one file. Options make it misbehave. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Behaviour {
  body: Buffer;
  /** Status instead of the file. */
  status?: number;
  etag?: string;
  lastModified?: string;
  /** Whether it answers range requests; true by default. */
  ranges?: boolean;
  /** Sends no Content-Length. */
  chunked?: boolean;
  /** Content-Length to announce instead of the true one. */
  announced?: number;
  encoding?: string;
  /** First byte of every answered range, regardless of the request. */
  rangeStart?: number;
  /** Sends nothing after this byte of the file. */
  silentAt?: number;
}

export interface Asked {
  path: string;
  range: string | undefined;
  ifRange: string | undefined;
  encoding: string | string[] | undefined;
}

export interface FileServer {
  /** Address of the folder that has every file. */
  url: string;
  asked: Asked[];
  /** Answers to the next requests, one for each. The last one also answers all later requests. */
  answer(...behaviours: Behaviour[]): void;
  /** Breaks every connection off. */
  drop(): void;
  close(): Promise<void>;
}

export async function startFileServer(): Promise<FileServer> {
  const asked: Asked[] = [];
  let behaviours: Behaviour[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push({
      path: url,
      range: headers.range,
      ifRange: headers['if-range'] as string | undefined,
      encoding: headers['accept-encoding'],
    });
    const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
    if (behaviour === undefined) throw new Error('the test did not say how to answer');
    respond(request, response, behaviour);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/files`,
    asked,
    answer: (...next) => {
      behaviours = next;
    },
    drop: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(request: IncomingMessage, response: ServerResponse, behaviour: Behaviour): void {
  const { body, status, etag, lastModified, chunked, announced, encoding, silentAt } = behaviour;
  if (status !== undefined) {
    response.writeHead(status).end('an error page');
    return;
  }
  const start = startOf(request, behaviour);
  if (start === 'beyond') {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  response.writeHead(start === null ? 200 : 206, {
    ...(etag && { etag }),
    ...(lastModified && { 'last-modified': lastModified }),
    ...(encoding && { 'content-encoding': encoding }),
    ...(start !== null && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
    ...(!chunked && { 'content-length': announced ?? body.length - (start ?? 0) }),
  });
  const first = start ?? 0;
  if (silentAt === undefined || silentAt < first) response.end(body.subarray(first));
  else response.write(body.subarray(first, silentAt));
}

/** Null for the whole file. */
function startOf({ headers }: IncomingMessage, behaviour: Behaviour): number | 'beyond' | null {
  const { body, ranges = true, etag, lastModified, rangeStart } = behaviour;
  const match = /^bytes=(\d+)-$/.exec(headers.range ?? '');
  const condition = headers['if-range'];
  if (match === null || !ranges) return null;
  if (condition !== undefined && condition !== etag && condition !== lastModified) return null;
  const start = rangeStart ?? Number(match[1]);
  return start >= body.length ? 'beyond' : start;
}
