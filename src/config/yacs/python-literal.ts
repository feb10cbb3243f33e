/**
 * `ast.literal_eval` as yacs uses it: a text becomes the Python literal that it spells, else a string.
 * test/fixtures/yacs compares it with CPython. Three forms remain strings here: parentheses between a sign and its
 * number, `\N{…}`, and continuation lines.
 */
import { readString } from './python-string.js';
import { bool, exactInt, float, NONE, str, unsupported, type Value } from './value.js';

/** The limit of CPython on nested brackets. */
const MAX_DEPTH = 200;
const DIGITS = '[0-9](?:_?[0-9])*';
const EXPONENT = `[eE][+-]?${DIGITS}`;
const FLOAT = new RegExp(`(?:(?:${DIGITS})?\\.${DIGITS}|${DIGITS}\\.)(?:${EXPONENT})?|${DIGITS}${EXPONENT}`, 'y');
const IMAGINARY = new RegExp(`(?:${FLOAT.source}|${DIGITS})[jJ]`, 'y');
const INT = /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?0)*(?![0-9])|[1-9](?:_?[0-9])*/y;
const NAMES: Readonly<Record<string, Value>> = { None: NONE, True: bool(true), False: bool(false) };

/** The text is not a literal; thrown and caught in this file only. */
class NotALiteral extends Error {}

/**
 * Decodes a text from a file or the command line as yacs does (`CfgNode._decode_cfg_value`).
 * @returns the literal's value, or the text itself as a string.
 */
export function decodeLiteral(text: string): Value {
  try {
    return new LiteralReader(text).read();
  } catch (error) {
    if (error instanceof NotALiteral) return str(text);
    throw error;
  }
}

class LiteralReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  read(): Value {
    this.match(/[ \t]*(?:(?:#.*)?\n)*/y);
    const value = this.expressions(null);
    this.match(/(?:\s|#.*)*/y);
    if (this.at < this.text.length) throw new NotALiteral();
    return value;
  }

  /** One expression, or a tuple if there is a comma. `close` is the bracket that ends it; null at the top. */
  private expressions(close: ')' | null): Value {
    this.space();
    if (close !== null && this.take(close)) return { type: 'tuple', items: [] };
    const first = this.expression();
    const items = [first];
    let commas = 0;
    while (this.take(',')) {
      commas += 1;
      if (this.ends(close)) break;
      items.push(this.expression());
    }
    if (close !== null && !this.take(close)) throw new NotALiteral();
    return commas === 0 ? first : { type: 'tuple', items };
  }

  private ends(close: ')' | null): boolean {
    return close === null ? /^\s*(?:#.*\s*)?$/.test(this.text.slice(this.at)) : this.text[this.at] === close;
  }

  private expression(): Value {
    const left = this.term();
    if (left.type !== 'int' && left.type !== 'float') return left;
    if (!this.match(/[+-]/y)) return left;
    this.space();
    if (!this.match(IMAGINARY)) throw new NotALiteral();
    this.space();
    return unsupported('complex');
  }

  private term(): Value {
    const sign = this.match(/[+-]/y);
    if (sign) this.space();
    const value = this.number() ?? (sign ? null : this.atom());
    if (value === null) throw new NotALiteral();
    this.space();
    return sign === '-' && (value.type === 'int' || value.type === 'float') ? negate(value) : value;
  }

  private number(): Value | null {
    if (this.match(IMAGINARY)) return unsupported('complex');
    const real = this.match(FLOAT);
    if (real) return this.ended(float(Number(real.replaceAll('_', ''))));
    const whole = this.match(INT);
    return whole ? this.ended(exactInt(BigInt(whole.replaceAll('_', '').replace(/^0+(?=[0-9])/, '')))) : null;
  }

  /** A number must not run into a name, as in `1e` or `0x1g`. */
  private ended(value: Value): Value {
    if (/[\w.]/.test(this.text[this.at] ?? '')) throw new NotALiteral();
    return value;
  }

  private atom(): Value | null {
    if (this.take('(')) return this.nested(() => this.expressions(')'));
    if (this.take('[')) return this.nested(() => ({ type: 'list', items: this.items(']') }));
    if (this.take('{')) return this.nested(() => this.braces());
    if (this.match(/\.\.\./y)) return unsupported('ellipsis');
    const string = this.strings();
    if (string) return string;
    if (this.match(/set[ \t\f]*\([ \t\f\r\n]*\)/y)) return unsupported('set');
    const name = this.match(/[A-Za-z_]\w*/y);
    return (name && Object.hasOwn(NAMES, name) && NAMES[name]) || null;
  }

  /** Adjacent strings are one. */
  private strings(): Value | null {
    const first = readString(this.text, this.at);
    let value = '';
    for (let next = first; next; next = readString(this.text, this.at)) {
      if (first && next.bytes !== first.bytes) throw new NotALiteral();
      value += next.value;
      this.at = next.end;
      this.space();
    }
    if (!first) return null;
    return first.bytes ? unsupported('bytes') : str(value);
  }

  private items(close: string): Value[] {
    const items: Value[] = [];
    while (!this.take(close)) {
      items.push(this.expression());
      if (!this.take(',')) {
        if (this.take(close)) break;
        throw new NotALiteral();
      }
    }
    return items;
  }

  /** A dict or a set. No setting accepts one, but it is not a string either. */
  private braces(): Value {
    if (this.take('}')) return unsupported('dict');
    this.expression();
    const dict = this.take(':');
    if (dict) this.expression();
    while (this.take(',')) {
      if (this.text[this.at] === '}') break;
      this.expression();
      if (dict && !this.take(':')) throw new NotALiteral();
      if (dict) this.expression();
    }
    if (!this.take('}')) throw new NotALiteral();
    return unsupported(dict ? 'dict' : 'set');
  }

  private nested(read: () => Value): Value {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new NotALiteral();
    this.space();
    const value = read();
    this.depth -= 1;
    this.space();
    return value;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    this.space();
    return true;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }

  /** Inside brackets, line ends and comments are white space; outside they end the expression. */
  private space(): void {
    this.match(this.depth > 0 ? /(?:[ \t\f\r\n]|#.*)*/y : /[ \t\f]*/y);
  }
}

function negate(value: { readonly type: 'int' | 'float'; readonly value: number }): Value {
  return { type: value.type, value: -value.value };
}
