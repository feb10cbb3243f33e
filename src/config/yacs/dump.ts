/** The resolved configuration as text, in XNAS's form. */
import type { Settings } from './merge.js';
import { decodeLiteral } from './python-literal.js';
import { repr, type Value } from './value.js';
import { resolveScalar } from './yaml-scalar.js';

/** Text that needs no quotes in YAML. */
const BARE = /^[A-Za-z_./][\w./-]*$/;

/** YAML with sorted keys, which {@link loadConfig} and yacs read back to the same values. */
export function dumpConfig(settings: Settings): string {
  const lines: string[] = [];
  let open = '';
  for (const key of [...settings.keys()].sort()) {
    const dot = key.indexOf('.');
    const group = key.slice(0, Math.max(0, dot));
    if (group !== open && group !== '') lines.push(`${group}:`);
    open = group;
    const value = settings.get(key)?.value;
    if (value) lines.push(`${group === '' ? '' : '  '}${key.slice(dot + 1)}: ${topLevel(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** yacs decodes the strings of a file, so a string that looks like a literal is written as a literal. */
function topLevel(value: Value): string {
  if (value.type !== 'str') return scalar(value);
  const decoded = decodeLiteral(value.value);
  return scalar(decoded.type === 'str' && decoded.value === value.value ? value : { type: 'str', value: repr(value) });
}

function scalar(value: Value): string {
  switch (value.type) {
    case 'NoneType':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'float':
      return float(repr(value));
    case 'str':
      return quote(value.value);
    case 'list':
    case 'tuple':
      return `[${value.items.map(scalar).join(', ')}]`;
    default:
      return repr(value);
  }
}

/** A float of PyYAML needs a point; infinity and NaN have names. */
function float(text: string): string {
  if (/inf|nan/.test(text)) return text.replace(/(inf|nan)/, '.$1');
  return text.includes('.') ? text : text.replace('e', '.0e');
}

function quote(text: string): string {
  if (BARE.test(text) && resolveScalar(text, null, true).type === 'str') return text;
  // XNAS writes single quotes; they do where nothing needs an escape. A JSON string is double-quoted YAML.
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  // JSON does not escape the characters at which YAML 1.1 breaks lines or that it does not print.
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
