import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { defaultsOf } from '../../src/config/schema/keys.js';
import { defaultSettings, mergeFile, mergeOverrides } from '../../src/config/yacs/merge.js';
import { decodeLiteral } from '../../src/config/yacs/python-literal.js';
import { readYaml } from '../../src/config/yacs/yaml-file.js';
import { type Encoded, encode, encodeAll, fromEncoded, orRefused } from './encoded.js';

const DEFAULTS = defaultsOf(BUILT_IN);

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/yacs/${name}.json`, import.meta.url), 'utf8')) as T;
}

describe('the literals of Python', () => {
  it('decodes each text as yacs does', () => {
    const rows = fixture<{ text: string; value: Encoded }[]>('literals');
    expect(rows.length).toBeGreaterThan(1000);
    const different = rows.filter(
      ({ text, value }) => JSON.stringify(encode(decodeLiteral(text))) !== JSON.stringify(value),
    );
    expect(different.map(({ text, value }) => ({ text, yacs: value, ours: encode(decodeLiteral(text)) }))).toEqual([]);
  });

  it('refuses an integer that it would round', () => {
    expect(decodeLiteral('9007199254740993')).toEqual({ type: 'unsupported', name: 'int beyond 2^53' });
  });

  it('ends on a text of brackets alone', () => {
    expect(decodeLiteral('['.repeat(100_000)).type).toBe('str');
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
  it('are complete, with their types', () => {
    const { defaults } = fixture<{ defaults: Record<string, Encoded> }>('xnas');
    const ours = encodeAll(defaultSettings(DEFAULTS));
    // XNAS has these keys only in its files.
    const added = /^(?:RMINAS|ONESHOT|DARTS|DRNAS|SPOS)\.|^TRAIN\.(?:AUX_WEIGHT|CUTOUT_LENGTH)$/;
    const xnas = Object.fromEntries(Object.entries(ours).filter(([key]) => !added.test(key)));
    expect(xnas).toEqual(defaults);
  });
});
