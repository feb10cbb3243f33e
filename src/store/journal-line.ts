/**
 * The text of a journal's lines. A line ends with a checksum of itself and of all lines before it, so that an edited,
 * removed or moved line is noticed. Journals of release 0.2.1 have no checksums; a journal that was resumed by a later
 * version has them from some line on.
 */
import { createHash } from 'node:crypto';

/** An entry and when it was written, in ms since 1970. */
export interface JournalLine<Entry> {
  readonly at: number;
  readonly entry: Entry;
}

/** The checksum of no lines. */
export const EMPTY_SUM = '';

const SUMMED = /^(.*),"sum":"([0-9a-f]{16})"\}$/s;

/** @param before the checksum of the lines before this one */
export function printLine(line: JournalLine<unknown>, before: string): { readonly text: string; readonly sum: string } {
  const json = JSON.stringify(line);
  const sum = sumOf(before, json);
  return { text: `${json.slice(0, -1)},"sum":"${sum}"}\n`, sum };
}

/** The parts of a line's text. */
interface SplitLine {
  /** The line as JSON, without its checksum. */
  readonly json: string;
  /** Null for a line that has none. */
  readonly sum: string | null;
}

export function splitLine(text: string): SplitLine {
  const [, content, sum] = SUMMED.exec(text) ?? [];
  return content === undefined || sum === undefined ? { json: text, sum: null } : { json: `${content}}`, sum };
}

/** The checksum of a line and of all before it. @param json the line without its checksum */
export function sumOf(before: string, json: string): string {
  return createHash('sha256').update(`${before}\n${json}`).digest('hex').slice(0, 16);
}
