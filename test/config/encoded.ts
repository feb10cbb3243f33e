import { expect } from 'vitest';
import type { Settings } from '../../src/config/yacs/merge.js';
import { decodeLiteral } from '../../src/config/yacs/python-literal.js';
import { repr, type Value } from '../../src/config/yacs/value.js';
import { UsageError } from '../../src/errors.js';

/** A value as scripts/yacs_answers.py writes it, since JSON has only one kind of number. */
export interface Encoded {
  type: string;
  value?: string;
  items?: Encoded[];
}

export function encode(value: Value): Encoded {
  if ('items' in value) return { type: value.type, items: value.items.map(encode) };
  if (value.type === 'unsupported') return { type: value.name };
  return { type: value.type, value: value.type === 'str' ? value.value : repr(value) };
}

export function encodeAll(settings: Settings): Record<string, Encoded> {
  return Object.fromEntries([...settings].map(([key, { value }]) => [key, encode(value)]));
}

export function fromEncoded(encoded: Encoded): Value {
  if (encoded.type === 'list' || encoded.type === 'tuple') {
    return { type: encoded.type, items: (encoded.items ?? []).map(fromEncoded) };
  }
  return encoded.type === 'str' ? { type: 'str', value: encoded.value ?? '' } : decodeLiteral(encoded.value ?? '');
}

/** The outcome, or null where it is refused; anything but a UsageError is a bug. */
export function orRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return null;
  }
}
