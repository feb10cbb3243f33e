import { readSync } from 'node:fs';
import { ReadError } from '../system/files.js';

/** Bytes of the longest line. The longest of rminas proposes 100,000 architectures of DARTS. */
export const MOST_LINE_BYTES = 2 ** 26;
const CHUNK = 2 ** 20;

/** A line with its end. */
export interface WholeLine {
  readonly text: string;
  /** The byte after its line break. */
  readonly end: number;
}

/**
 * Reads the whole lines of a file, one at a time. A last line without a line break is not whole.
 * @param start the byte at which to begin
 * @throws ReadError for a line that is too long; errors of node:fs
 */
export function* wholeLines(descriptor: number, start = 0, longest = MOST_LINE_BYTES): Generator<WholeLine> {
  let parts: Buffer[] = [];
  let begun = 0;
  let at = start;
  for (;;) {
    const buffer = Buffer.allocUnsafe(CHUNK);
    const read = readSync(descriptor, buffer, 0, CHUNK, at);
    if (read === 0) return;
    const chunk = buffer.subarray(0, read);
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to >= 0; to = chunk.indexOf(0x0a, from)) {
      const rest = chunk.subarray(from, to);
      const text = (parts.length > 0 ? Buffer.concat([...parts, rest]) : rest).toString('utf8');
      parts = [];
      begun = 0;
      from = to + 1;
      yield { text, end: at + from };
    }
    parts.push(chunk.subarray(from));
    begun += read - from;
    if (begun > longest) throw new ReadError('too-large', `has a line of more than ${longest} bytes`);
    at += read;
  }
}
