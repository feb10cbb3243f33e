import { BUILT_IN } from '../../catalogue/built-in.js';
import { UsageError } from '../../errors.js';

/** Splits `a,b` into names. Undefined when the option was not given. */
export function parseNames(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** @throws UsageError `invalid-row` when the text is not `NAME=FILE`. */
export function parseNamedFile(text: string): { name: string; cfg: string } {
  const [, name, cfg] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && cfg !== undefined) return { name, cfg };
  throw new UsageError(`Expected NAME=FILE, got '${text}'.`, {
    code: 'invalid-row',
    nextSteps: ['Give the row a name and a configuration: --also paper=nas-bench-201-cifar10'],
  });
}

/**
 * Parses a number above 0. Undefined when the option was not given.
 * @throws UsageError `invalid-amount`.
 */
export function parseAmount(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const amount = Number(text);
  if (text.trim() !== '' && Number.isFinite(amount) && amount > 0) return amount;
  throw new UsageError(`${flag} must be a number above 0, not '${text}'.`, { code: 'invalid-amount' });
}

/**
 * Splits words into genotypes and the KEY VALUE pairs after them. A key consists of capitals and dots. Of genotypes, only
 * published names such as SNAS do.
 * @param optional whether there may be no genotype
 * @throws UsageError `missing-genotype`.
 */
export function splitGenotypes(
  words: readonly string[],
  { optional = false } = {},
): { genotypes: string[]; overrides: string[] } {
  const names = new Set([...BUILT_IN.spaces].flatMap(({ published }) => published.map(({ name }) => name)));
  const isKey = (word: string) => /^[A-Z][A-Z0-9_]*(\.[A-Z0-9_]+)*$/.test(word) && !names.has(word);
  const firstKey = words.findIndex(isKey);
  const end = firstKey < 0 ? words.length : firstKey;
  if (end > 0 || optional) return { genotypes: words.slice(0, end), overrides: words.slice(end) };
  throw new UsageError('No genotype was given.', {
    code: 'missing-genotype',
    nextSteps: ['Add a genotype in quotes; `rminas score --help` shows examples.'],
  });
}

/**
 * Parses `NAME=KEY VALUE KEY VALUE …`. A value that contains spaces is quoted with '.
 * @throws UsageError `invalid-variant`
 */
export function parseVariant(text: string): { name: string; overrides: string[] } {
  const [, name, keys] = /^([\w.@-]+)=(.*)$/s.exec(text) ?? [];
  const overrides = keys?.match(/'[^']*'|\S+/g) ?? [];
  if (name !== undefined && overrides.length % 2 === 0) return { name, overrides: [...overrides] };
  throw new UsageError(`Expected NAME=KEY VALUE …, got '${text}'.`, {
    code: 'invalid-variant',
    nextSteps: ["Name the variant and its keys: --variant 'short=OPTIM.MAX_EPOCH 16 RMINAS.RF_SUCC 30'"],
  });
}
