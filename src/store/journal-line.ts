/**
 * The text of a journal's lines. A line ends with a checksum of itself and of all lines before it, so that an edited,
 * removed or moved line is noticed. Journals of release 0.2.1 have no checksums; a journal that was resumed by a later
 * version has them from some line on.
 */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { UsageError } from '../errors.js';

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

/**
 * A value as a journal gives it back: without properties that JSON does not have, and with null for NaN.
 * @param name of the value, for messages
 * @throws UsageError for one that could not be read back: an object of a script returned it
 */
export function recordable<T>(name: string, value: T, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(throughJson(value));
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return data as T;
  const { path, message } = deepest(issue);
  throw new UsageError(`${name} cannot be recorded: ${[...path.map(String), message].join(': ')}.`, {
    code: 'invalid-entry',
    nextSteps: [
      'Correct the object that returned this value: the space, strategy, objective or evaluator of the script.',
    ],
  });
}

/** Undefined for a value that JSON cannot write. */
function throughJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

/** Of the forms that a value may have, the problem of the one that fits furthest. */
function deepest(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap(([first]) => (first === undefined ? [] : [deepest(first)]));
  const furthest = inner.reduce<(typeof inner)[number] | undefined>(
    (best, one) => (best === undefined || one.path.length > best.path.length ? one : best),
    undefined,
  );
  return furthest === undefined ? issue : { path: [...issue.path, ...furthest.path], message: furthest.message };
}
