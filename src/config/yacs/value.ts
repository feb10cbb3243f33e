/**
 * The values of a yacs configuration, with their types in Python: `1` and `1.0` differ there, and yacs refuses the one in
 * place of the other, so that a JavaScript number is not enough.
 */
export type Value =
  | { readonly type: 'NoneType' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly Value[] }
  /** A Python value that no setting can have: a dict, a set, bytes, a complex number, a huge integer. */
  | { readonly type: 'unsupported'; readonly name: string };

export const NONE: Value = { type: 'NoneType' };
export const bool = (value: boolean): Value => ({ type: 'bool', value });
export const int = (value: number): Value => ({ type: 'int', value });
export const float = (value: number): Value => ({ type: 'float', value });
export const str = (value: string): Value => ({ type: 'str', value });
export const listValue = (items: readonly Value[]): Value => ({ type: 'list', items });
export const unsupported = (name: string): Value => ({ type: 'unsupported', name });

/** An integer; unsupported when JavaScript would round it. */
export function exactInt(value: bigint): Value {
  const number = Number(value);
  return Number.isSafeInteger(number) ? int(number) : unsupported('int beyond 2^53');
}

/** The name of the type in Python. */
export function typeName(value: Value): string {
  return value.type === 'unsupported' ? value.name : value.type;
}

/** Whether the value and its elements can be written to a configuration file and read again. */
export function isPlain(value: Value): boolean {
  return 'items' in value ? value.items.every(isPlain) : value.type !== 'unsupported';
}

/** The value in JavaScript: null for None, an array for a list or a tuple. */
export function toPlain(value: Value): unknown {
  if ('items' in value) return value.items.map(toPlain);
  return 'value' in value ? value.value : null;
}

/** The value as a Python literal, for messages and files. */
export function repr(value: Value): string {
  switch (value.type) {
    case 'NoneType':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      // JavaScript has a negative zero, an int has none.
      return String(value.value === 0 ? 0 : value.value);
    case 'float':
      return reprFloat(value.value);
    case 'str':
      return reprString(value.value);
    case 'list':
      return `[${value.items.map(repr).join(', ')}]`;
    case 'tuple':
      return `(${value.items.map(repr).join(', ')}${value.items.length === 1 ? ',' : ''})`;
    case 'unsupported':
      return `<${value.name}>`;
  }
}

/** An override that means exactly this text, even if it looks like a number. */
export function textLiteral(text: string): string {
  return repr(str(text));
}

/** Python's `repr` of a float: the shortest digits of the same number, with an exponent below 1e-4 and from 1e16. */
function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const fixed = value.toString();
  return fixed.includes('.') ? fixed : `${fixed}.0`;
}

/** A Python string literal of printable characters. */
function reprString(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let text = '';
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (character === quote || character === '\\') text += `\\${character}`;
    else if (character === '\n') text += '\\n';
    else if (character === '\t') text += '\\t';
    else if (character === '\r') text += '\\r';
    else if (code < 0x20 || code === 0x7f) text += `\\x${code.toString(16).padStart(2, '0')}`;
    else text += character;
  }
  return quote + text + quote;
}
