/** Compares the reading of random files and overrides with the real yacs, where it is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { ARCHIVE_ALIASES, archiveSettings } from '../../src/config/schema/archive.js';
import { defaultsOf } from '../../src/config/schema/keys.js';
import {
  type Aliases,
  defaultSettings,
  mergeFile,
  mergeOverrides,
  type Settings,
} from '../../src/config/yacs/merge.js';
import { repr, type Value } from '../../src/config/yacs/value.js';
import { readYaml } from '../../src/config/yacs/yaml-file.js';
import { ROOT } from '../support/run-cli.js';
import { type Encoded, encode, encodeAll, orRefused } from './encoded.js';

const DEFAULTS = defaultsOf(BUILT_IN);

const PYTHON = [process.env.RMINAS_PYTHON, join(ROOT, '.venv/bin/python')].find((path) => path && existsSync(path));
const absent =
  PYTHON === undefined || spawnSync(PYTHON, ['-c', 'import yacs, yaml']).status !== 0 ? 'yacs cannot be imported' : '';

interface Case {
  readonly file: string;
  readonly overrides: readonly string[];
}

interface Answer {
  readonly result?: Record<string, Encoded>;
  readonly error?: string;
}

function ask(defaults: Settings, cases: readonly Case[]): Answer[] {
  const literals = [...defaults].map(([key, { value }]) => [key, repr(value)]);
  const { stdout, stderr, status } = spawnSync(PYTHON ?? '', [join(ROOT, 'scripts/yacs_answers.py')], {
    input: JSON.stringify({ defaults: literals, cases }),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Answer[];
}

function ours(defaults: Settings, { file, overrides }: Case, aliases?: Aliases): Record<string, Encoded> | null {
  const merge = () =>
    mergeOverrides(mergeFile(defaults, readYaml(file, 'a.yaml'), 'a.yaml', aliases), overrides, aliases);
  return orRefused(() => encodeAll(merge()));
}

/** Texts of values, by their usual type. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  int: ['1', '0', '-1', '007', '1_000', '0x10', '0b1', '010', '1:30'],
  float: ['1.0', '.5', '-0.25', '1e-3', '3e-4', '1.e-3', '1e400', 'nan', '.inf', '1:30.5'],
  bool: ['True', 'False', 'true', 'yes', 'off'],
  str: ['cifar10', 'exp/rminas', "'123'", '"x"', 'a b', '', 'x=1', '2024-01-02', 'é', '1 2', '# x'],
  list: ['[]', '[1, 2]', '(3,)', '1, 2', "['a', None]", '[1, [2.5, ()]]'],
  NoneType: ['None', 'null', '~'],
  dict: ['{}', '{1: 2}', '{1}', '1j'],
};
const ODD_KEYS = ['OPTIM', 'OPTIM.', '.BASE_LR', 'optim.BASE_LR', 'OPTIM.BASE_RL', 'NEW.KEY', 'NEW', ''];

function casesOver(settings: Settings, keys: readonly string[]): fc.Arbitrary<Case> {
  const any = fc.constantFrom(...Object.values(TEXTS).flat());
  const pair = (names: readonly string[]) =>
    fc.constantFrom(...names).chain((key) => {
      const fitting = TEXTS[settings.get(key)?.value.type ?? 'str'] ?? [];
      const text = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...fitting) }, any);
      return text.map((value) => [key, value] as const);
    });
  const entries = fc.array(pair(keys), { maxLength: 2 });
  const pairs = fc.array(fc.oneof({ weight: 15, arbitrary: pair(keys) }, pair(ODD_KEYS)), { maxLength: 3 });
  const extra = fc.oneof({ weight: 30, arbitrary: fc.constant([]) }, fc.constant(['INT']));
  return fc.tuple(entries, pairs, extra).map(([inFile, overrides, word]) => ({
    file: inFile.map(([name, value]) => nested(name.split('.'), value)).join(''),
    overrides: [...overrides.flat(), ...word],
  }));
}

/** A nested group. Files may contain a group twice: the last one counts. */
function nested(names: readonly string[], value: string): string {
  return `${names.map((name, depth) => `${'  '.repeat(depth)}${name}:`).join('\n')} ${value}\n`;
}

describe.skipIf(absent)(`the real yacs reads alike${absent && ` (skipped: ${absent})`}`, () => {
  const defaults = defaultSettings(DEFAULTS);

  it('600 random files and overrides', () => {
    const cases = fc.sample(casesOver(defaults, Object.keys(DEFAULTS)), { seed: 20, numRuns: 600 });
    const answers = ask(defaults, cases);
    const merged = cases.map((each) => ours(defaults, each));
    // Some cases are accepted and some refused, so that the comparison is meaningful.
    expect(merged.filter((each) => each !== null).length).toBeGreaterThan(100);
    expect(merged.filter((each) => each === null).length).toBeGreaterThan(100);
    const different = cases.filter((_, at) => !same(merged[at] ?? null, answers[at]?.result ?? null));
    expect(different).toEqual([]);
  });

  it('300 random files and overrides in the dialect of the archive', () => {
    const settings = archiveSettings(DEFAULTS);
    const named = new Map([
      ...settings,
      ...[...ARCHIVE_ALIASES].map(([old, now]) => [old, at(settings, now)] as const),
    ]);
    // Each key has one name here: yacs does not know aliases and would keep both values.
    const keys = [...named.keys()].filter((key) => ![...ARCHIVE_ALIASES.values()].includes(key));
    const cases = fc.sample(casesOver(named, keys), { seed: 21, numRuns: 300 });
    const answers = ask(named, cases);
    const merged = cases.map((each) => ours(settings, each, ARCHIVE_ALIASES));
    expect(merged.filter((each) => each !== null).length).toBeGreaterThan(50);
    const different = cases.filter((_, index) => {
      const result = answers[index]?.result;
      return !same(merged[index] ?? null, result ? renamed(result) : null);
    });
    expect(different).toEqual([]);
  });

  const data = process.env.RMINAS_TEST_DATA;
  it.skipIf(!data)(`the files of XNAS${data ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
    const folder = join(data ?? '', 'configs/xnas');
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    const cases = names.map((name) => ({ file: readFileSync(join(folder, name), 'utf8'), overrides: [] }));
    const answers = ask(defaults, cases);
    expect(names).toHaveLength(7);
    expect(cases.map((each) => ours(defaults, each))).toEqual(answers.map(({ result }) => result));
  });
});

function at(settings: Settings, key: string) {
  const setting = settings.get(key);
  if (setting) return setting;
  throw new Error(`There is no key ${key}.`);
}

/** A result of yacs, with the archive's names replaced by the present ones. */
function renamed(result: Record<string, Encoded>): Record<string, Encoded> {
  const { ...names } = result;
  for (const [old, now] of ARCHIVE_ALIASES) {
    names[now] = names[old] ?? encode({ type: 'NoneType' } satisfies Value);
    delete names[old];
  }
  return names;
}

function same(a: Record<string, Encoded> | null, b: Record<string, Encoded> | null): boolean {
  const sorted = (each: Record<string, Encoded> | null) =>
    each && Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
