/**
 * Reads a scalar as the SafeLoader of PyYAML does. It reads YAML 1.1 in its own way: `yes` is true and `y` is a string,
 * `010` is 8, `1:30` is 90, and `1e-3` is a string, since a float needs a point and a signed exponent.
 * After `yaml/resolver.py` and `yaml/constructor.py` of PyYAML 6.0.
 */
import { bool, exactInt, float, NONE, str, type Value } from './value.js';

const TAG = 'tag:yaml.org,2002:';
const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT = new RegExp(
  [
    '^(?:[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?',
    '\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?',
    '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*',
    '[-+]?\\.(?:inf|Inf|INF)',
    '\\.(?:nan|NaN|NAN))$',
  ].join('|'),
);
const INT = new RegExp(
  [
    '^(?:[-+]?0b[0-1_]+',
    '[-+]?0[0-7_]+',
    '[-+]?(?:0|[1-9][0-9_]*)',
    '[-+]?0x[0-9a-fA-F_]+',
    '[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$',
  ].join('|'),
);
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP = new RegExp(
  '^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}' +
    '(?:\\.[0-9]*)?(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$',
);

/** PyYAML's SafeLoader or yacs refuses the scalar; the message has the reason. */
export class ScalarError extends Error {}

/** Only yacs refuses the scalar. It does no harm when a later entry replaces it. */
export class LateScalarError extends ScalarError {}

/** The tag that an untagged plain scalar gets. */
function implicitTag(text: string): string {
  if (BOOL.test(text)) return `${TAG}bool`;
  if (FLOAT.test(text)) return `${TAG}float`;
  if (INT.test(text)) return `${TAG}int`;
  if (NULL.test(text)) return `${TAG}null`;
  if (TIMESTAMP.test(text)) return `${TAG}timestamp`;
  return text === '=' ? `${TAG}value` : `${TAG}str`;
}

/**
 * @param text the scalar's text, quotes and escapes already undone
 * @param tag its explicit tag in full, `!` for the non-specific one, or null
 * @param plain whether it has no quotes
 * @throws ScalarError
 */
export function resolveScalar(text: string, tag: string | null, plain: boolean): Value {
  // In YAML `!` makes a string; PyYAML treats it as no tag and no quotes.
  const resolved = tag === null || tag === '!' ? (plain || tag ? implicitTag(text) : `${TAG}str`) : tag;
  switch (resolved) {
    case `${TAG}str`:
      return str(text);
    case `${TAG}null`:
      return NONE;
    case `${TAG}bool`:
      return readBool(text);
    case `${TAG}int`:
      return exactInt(readInt(text));
    case `${TAG}float`:
      return float(readFloat(text));
    default: {
      const Refusal = resolved === `${TAG}timestamp` ? LateScalarError : ScalarError;
      throw new Refusal(`'${text}' has the tag ${resolved.replace(TAG, '!!')}, which a configuration cannot hold`);
    }
  }
}

function readBool(text: string): Value {
  if (!/^(?:yes|no|true|false|on|off)$/i.test(text)) throw new ScalarError(`'${text}' is not a boolean`);
  return bool(/^(?:yes|true|on)$/i.test(text));
}

function readInt(text: string): bigint {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text.replaceAll('_', '')) ?? [];
  const magnitude = readMagnitude(digits);
  if (magnitude === null) throw new ScalarError(`'${text}' is not an integer`);
  return sign === '-' ? -magnitude : magnitude;
}

function readMagnitude(digits: string): bigint | null {
  if (/^(?:0b[01]+|0x[0-9a-f]+)$/i.test(digits)) return BigInt(digits);
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits}`);
  if (/^[0-9]+(?::[0-9]+)*$/.test(digits) && (digits === '0' || !digits.startsWith('0'))) {
    return digits.split(':').reduce((total, part) => total * 60n + BigInt(part), 0n);
  }
  return null;
}

function readFloat(text: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text.replaceAll('_', '').toLowerCase()) ?? [];
  const magnitude = digits === '.inf' ? Number.POSITIVE_INFINITY : digits === '.nan' ? Number.NaN : decimal(digits);
  if (magnitude === null) throw new ScalarError(`'${text}' is not a float`);
  return sign === '-' ? -magnitude : magnitude;
}

function decimal(digits: string): number | null {
  const parts = digits.split(':');
  if (!parts.every((part) => /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(part))) return null;
  return parts.reduce((total, part) => total * 60 + Number(part), 0);
}
