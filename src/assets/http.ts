/** One HTTP request for a file, or for the rest of it. */
import { MissingError } from '../errors.js';
import type { DownloadOrigin, Part } from './part-file.js';

/** The connection or the server failed; another attempt may succeed. */
export class BrokenOff extends Error {
  /** @param connected whether the server had answered. */
  constructor(
    reason: string,
    readonly connected: boolean,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

export interface Answer extends DownloadOrigin {
  /** Bytes of the part before the content; 0 when the content is the whole file. */
  readonly start: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Requests the rest of the part; the whole file when the server cannot send the rest.
 * @throws BrokenOff; MissingError when the server does not have the file
 */
export async function request(url: string, part: Part | null, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, { headers: headersFor(part), signal }).catch((cause: unknown) => {
    throw new BrokenOff(reasonOf(cause), false, cause);
  });
  const { status } = response;
  if (status === 200) return { ...originOf(response), start: 0, content: contentOf(response) };
  if (status === 206 && part !== null) {
    const origin = originOf(response);
    if (continues(response, origin, part)) return { ...origin, start: part.bytes, content: contentOf(response) };
    await response.body?.cancel();
    return request(url, null, signal);
  }
  await response.body?.cancel();
  if (status === 416 && part !== null) return request(url, null, signal);
  if (status === 408 || status === 429 || status >= 500) throw new BrokenOff(`the server answered ${status}`, true);
  throw new MissingError(`${url} cannot be downloaded: the server answered ${status}.`, { code: 'download-refused' });
}

function headersFor(part: Part | null): Record<string, string> {
  // A compressed response cannot be continued, and its length is not that of the file.
  const plain = { 'accept-encoding': 'identity' };
  if (part === null) return plain;
  const range = { ...plain, range: `bytes=${part.bytes}-` };
  return part.validator === null ? range : { ...range, 'if-range': part.validator };
}

function originOf({ status, headers }: Response): DownloadOrigin {
  if (headers.has('content-encoding')) return { validator: null, total: null };
  const length = status === 206 ? rangeOf(headers)?.total : headers.get('content-length');
  const etag = headers.get('etag');
  // If-Range takes strong ETags only.
  const validator = etag === null || etag.startsWith('W/') ? headers.get('last-modified') : etag;
  return { validator, total: length === null || length === undefined ? null : Number(length) };
}

/** Whether the response is the rest of the same file. */
function continues({ headers }: Response, { total }: DownloadOrigin, part: Part): boolean {
  const sameSize = part.total === null || part.total === total;
  return rangeOf(headers)?.start === part.bytes && sameSize && !headers.has('content-encoding');
}

function rangeOf(headers: Headers): { start: number; total: string | null } | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  if (match === null) return null;
  const [, start, total = '*'] = match;
  return { start: Number(start), total: total === '*' ? null : total };
}

async function* contentOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new BrokenOff(reasonOf(cause), true, cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The message of fetch is "fetch failed" or "terminated"; the reason is its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
