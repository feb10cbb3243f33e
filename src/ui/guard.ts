/** Who may read the pages: requests with the token, to a known host, from a page of this server. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface Guard {
  readonly token: string;
  readonly port: number;
  /** The address that the server listens on. */
  readonly host: string;
}

/** The answer to a request that is refused; null for one that is not. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405;
  readonly text: string;
}

/** A name of another site that leads to this machine must not open the pages: names are only the local ones. */
export function refusalOf(request: IncomingMessage, url: URL, guard: Guard): Refusal | null {
  const { method, headers } = request;
  if (method !== 'GET') return { status: 405, text: 'Only GET is answered.' };
  if (!isKnownHost(headers.host ?? '', guard)) return { status: 403, text: 'This host name is not served.' };
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`)
    return { status: 403, text: 'Requests of other sites are refused.' };
  if (!hasToken(request, url, guard)) {
    return { status: 401, text: 'The token is missing or wrong. Open the address that rminas ui printed.' };
  }
  return null;
}

export function cookieName({ port }: Pick<Guard, 'port'>): string {
  return `rminas-${port}`;
}

function isKnownHost(header: string, { host, port }: Guard): boolean {
  const known = [host, '127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  if (known.includes(header)) return true;
  // A server for other machines has their address of it; a number cannot be rebound as a name can.
  const [, address = ''] = /^\[?([\d.:a-f]+?)\]?:\d+$/i.exec(header) ?? [];
  return ['0.0.0.0', '::'].includes(host) && isIP(address) !== 0;
}

function hasToken({ headers }: IncomingMessage, url: URL, guard: Guard): boolean {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const prefix = `${cookieName(guard)}=`;
  const kept = cookies.filter((cookie) => cookie.startsWith(prefix)).map((cookie) => cookie.slice(prefix.length));
  return [url.searchParams.get('token') ?? '', ...kept].some((given) => isEqual(given, guard.token));
}

function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
