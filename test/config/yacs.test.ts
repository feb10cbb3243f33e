import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/config/defaults.js';
import { defaultSettings, mergeFile, mergeOverrides, type Settings } from '../../src/config/merge.js';
import { decode } from '../../src/config/python-literal.js';
import { repr, type Value } from '../../src/config/value.js';
import { readYaml } from '../../src/config/yaml-file.js';
import { UsageError } from '../../src/errors.js';

/** What the real yacs and PyYAML answered: scripts/yacs_fixtures.py. */
interface Encoded {
  type: string;
  value?: string;
  items?: Encoded[];
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/yacs/${name}.json`, import.meta.url), 'utf8')) as T;
}

function encode(value: Value): Encoded {
  if ('items' in value) return { type: value.type, items: value.items.map(encode) };
  if (value.type === 'unsupported') return { type: value.name };
  return { type: value.type, value: value.type === 'str' ? value.value : repr(value) };
}

function encodeAll(settings: Settings): Record<string, Encoded> {
  return Object.fromEntries([...settings].map(([key, { value }]) => [key, encode(value)]));
}

function fromEncoded(encoded: Encoded): Value {
  if (encoded.type === 'list' || encoded.type === 'tuple') {
    return { type: encoded.type, items: (encoded.items ?? []).map(fromEncoded) };
  }
  return encoded.type === 'str' ? { type: 'str', value: encoded.value ?? '' } : decode(encoded.value ?? '');
}

/** The outcome, or null where it is refused; anything but a UsageError is a bug. */
function orRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return null;
  }
}

describe('the literals of Python', () => {
  it('decodes each text as yacs does', () => {
    const rows = fixture<{ text: string; value: Encoded }[]>('literals');
    expect(rows.length).toBeGreaterThan(1000);
    const different = rows.filter(({ text, value }) => JSON.stringify(encode(decode(text))) !== JSON.stringify(value));
    expect(different.map(({ text, value }) => ({ text, yacs: value, ours: encode(decode(text)) }))).toEqual([]);
  });

  it('says that an integer is too large rather than round it', () => {
    expect(decode('9007199254740993')).toEqual({ type: 'unsupported', name: 'int beyond 2^53' });
  });

  it('ends on texts that are nothing but brackets', () => {
    expect(decode('['.repeat(100_000)).type).toBe('str');
  });
});

describe('the scalars of PyYAML', () => {
  it('reads each text as PyYAML does', () => {
    const rows = fixture<{ text: string; value?: Encoded; error?: string }[]>('scalars');
    expect(rows.length).toBeGreaterThan(1000);
    const ours = (text: string): Encoded | null =>
      orRefused(() => {
        const content = readYaml(`k: ${text}\n`, 'a.yaml').entries.at(-1)?.content;
        if (!content) return { type: 'nothing' };
        return content.type === 'group' ? { type: 'group' } : encode(content);
      });
    const different = rows
      .map(({ text, value, error }) => ({ text, yacs: value ?? null, error, ours: ours(text) }))
      .filter((row) => JSON.stringify(row.ours) !== JSON.stringify(row.yacs));
    expect(different).toEqual([]);
  });
});

describe('merging', () => {
  const [tree, ...cases] =
    fixture<
      [
        { defaults: Record<string, Encoded> },
        ...{ file: string; overrides: string[]; result?: Record<string, Encoded>; error?: string }[],
      ]
    >('merges');
  const defaults = Object.fromEntries(Object.entries(tree.defaults).map(([key, value]) => [key, fromEncoded(value)]));

  it.each(cases)('$file then $overrides', ({ file, overrides, result }) => {
    const merged = orRefused(() =>
      encodeAll(mergeOverrides(mergeFile(defaultSettings(defaults), readYaml(file, 'a.yaml'), 'a.yaml'), overrides)),
    );
    expect(merged).toEqual(result ?? null);
  });
});

describe('the defaults of XNAS', () => {
  it('are all there, with their types', () => {
    const { defaults } = fixture<{ defaults: Record<string, Encoded> }>('xnas');
    const ours = encodeAll(defaultSettings(DEFAULTS));
    const xnas = Object.fromEntries(Object.entries(ours).filter(([key]) => !key.startsWith('RMINAS.')));
    expect(xnas).toEqual(defaults);
  });
});
