/** Python's string literals: https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals */

const PREFIX = /^(?:[ru]|b|br|rb)?(?='|")/i;
const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

export interface StringLiteral {
  readonly bytes: boolean;
  readonly value: string;
  /** Offset after the literal. */
  readonly end: number;
}

/** The string literal that begins at `start`; null when there is none or it is incomplete. */
export function readString(text: string, start: number): StringLiteral | null {
  const prefix = PREFIX.exec(text.slice(start, start + 3))?.[0].toLowerCase();
  if (prefix === undefined) return null;
  const open = start + prefix.length;
  const quote = text[open] ?? '';
  const delimiter = text.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;
  const bytes = prefix.includes('b');
  const body = readBody(text, open + delimiter.length, delimiter);
  if (body === null) return null;
  if (bytes && /[^\0-\x7f]/.test(body.raw)) return null;
  const value = prefix.includes('r') ? body.raw : replaceEscapes(body.raw, bytes);
  return value === null ? null : { bytes, value, end: body.end };
}

/** The text before the delimiter, with its escapes. */
function readBody(text: string, start: number, delimiter: string): { raw: string; end: number } | null {
  for (let at = start; at < text.length; at += text[at] === '\\' ? 2 : 1) {
    if (text.startsWith(delimiter, at)) return { raw: text.slice(start, at), end: at + delimiter.length };
    if (text[at] === '\n' && delimiter.length === 1) return null;
  }
  return null;
}

/** The text with its escapes replaced; null when one is incomplete. An unknown escape stays, as in Python. */
function replaceEscapes(raw: string, bytes: boolean): string | null {
  let value = '';
  let rest = raw;
  while (rest !== '') {
    const backslash = rest.indexOf('\\');
    if (backslash < 0) return value + rest;
    value += rest.slice(0, backslash);
    rest = rest.slice(backslash + 1);
    const character = rest[0] ?? '';
    const digits = bytes && character !== 'x' ? undefined : HEX_DIGITS[character];
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    if (digits !== undefined) {
      const code = rest.slice(1, 1 + digits);
      if (code.length < digits || !/^[0-9a-f]+$/i.test(code) || Number.parseInt(code, 16) > 0x10ffff) return null;
      value += String.fromCodePoint(Number.parseInt(code, 16));
      rest = rest.slice(1 + digits);
    } else if (octal !== undefined) {
      value += String.fromCodePoint(Number.parseInt(octal, 8));
      rest = rest.slice(octal.length);
    } else if (character === 'N' && !bytes) {
      // Character names would need the tables of Unicode; no configuration uses one.
      return null;
    } else {
      value += SIMPLE[character] ?? `\\${character}`;
      rest = rest.slice(1);
    }
  }
  return value;
}
