/** A configuration key: type, default, range and documentation in one place. Everything else is derived from it. */
import { z } from 'zod';
import { anyNumber, anyText, arrayOf, checkArgument, filledText, flagOption, objectWith, oneOf } from '../options.js';

/** The types of yacs; a key has the type of its default. A key whose default is None takes values of every type. */
export type KeyType = 'bool' | 'int' | 'float' | 'str' | 'list' | 'none';

/** A default as a plain value; a list holds numbers or text. */
export type KeyDefault = boolean | number | string | null | readonly (number | string)[];

/** One key, without its name: the {@link KeyGroup} that holds it names it. */
export interface KeyDefinition<Output = unknown> {
  readonly type: KeyType;
  readonly default: KeyDefault;
  /** Checks the range; its output is the type of the value. */
  readonly schema: z.ZodType<Output>;
  /** The range in words, to follow "must be": e.g. `a whole number from 1 to 256`. */
  readonly range: string;
  /** One or two plain sentences for the documentation. */
  readonly doc: string;
}

/** Keys by full name, e.g. `RMINAS.WORKERS`. */
export type KeyGroup = Readonly<Record<string, KeyDefinition>>;

/** The checked values of a group. */
export type ValuesOf<Group extends KeyGroup> = {
  readonly [Name in keyof Group]: Group[Name] extends KeyDefinition<infer Output> ? Output : never;
};

const wholeLimits = objectWith('limits: { least, most }', { least: anyNumber, most: anyNumber });
const limitsOption = objectWith('an object of limits', {
  ...{ least: anyNumber.optional(), most: anyNumber.optional() },
  ...{ above: anyNumber.optional(), below: anyNumber.optional() },
});
const textLimits = objectWith('limits: { most }', {
  ...{ least: anyNumber.optional(), most: anyNumber },
  ...{ pattern: z.instanceof(RegExp, { error: 'a regular expression' }).optional(), range: anyText.optional() },
});

/** @param limits both ends belong to the range. @throws UsageError `invalid-option` */
export function wholeNumber(initial: number, limits: { least: number; most: number }, doc: string) {
  checkKey('wholeNumber()', { initial: [anyNumber, initial], limits: [wholeLimits, limits] }, doc);
  const { least, most } = limits;
  const schema = z.int().min(least).max(most);
  return define('int', initial, schema, `a whole number from ${least} to ${most}`, doc);
}

/**
 * A finite number. Left out, a limit does not hold; `above` and `below` exclude their own value.
 * @throws UsageError `invalid-option`
 */
export function number(
  initial: number,
  limits: { least?: number; most?: number; above?: number; below?: number },
  doc: string,
) {
  checkKey('number()', { initial: [anyNumber, initial], limits: [limitsOption, limits] }, doc);
  const { least, most, above, below } = limits;
  let schema = z.number();
  if (least !== undefined) schema = schema.min(least);
  if (most !== undefined) schema = schema.max(most);
  if (above !== undefined) schema = schema.gt(above);
  if (below !== undefined) schema = schema.lt(below);
  return define('float', initial, schema, rangeOf(limits), doc);
}

const FACTORS = { k: 'e3', M: 'e6', G: 'e9' } as const;

/** A number above 0 that may end in k, M or G for thousands, millions and billions. None, the default, means no number. */
export function quantity(doc: string) {
  const written = z
    .string()
    .regex(/^\d+(?:\.\d+)?(?:e\d+|[kMG])?$/)
    .transform((text) => Number(text.replace(/[kMG]$/, (suffix) => FACTORS[suffix as keyof typeof FACTORS])));
  const schema = z.union([z.number(), written]).pipe(z.number().gt(0)).nullable();
  return define('none', null, schema, 'None or a number above 0, such as 1500000, 1.5M, 200k or 47e6', doc);
}

/** @throws UsageError `invalid-option` */
export function flag(initial: boolean, doc: string) {
  checkKey('flag()', { initial: [flagOption, initial] }, doc);
  return define('bool', initial, z.boolean(), 'True or False', doc);
}

/** @throws UsageError `invalid-option` */
export function choice<const Names extends readonly [string, ...string[]]>(
  initial: Names[number],
  names: Names,
  doc: string,
): KeyDefinition<Names[number]> {
  checkKey('choice()', { names: [arrayOf(filledText, 'names'), names] }, doc);
  checkKey('choice()', { initial: [oneOf(names), initial] }, doc);
  return define('str', initial, z.enum(names), `one of ${names.join(', ')}`, doc);
}

/** @throws UsageError `invalid-option`. @param range in words; by default the most characters that the text may have. */
export function text(
  initial: string,
  limits: { least?: number; most: number; pattern?: RegExp; range?: string },
  doc: string,
) {
  checkKey('text()', { initial: [anyText, initial], limits: [textLimits, limits] }, doc);
  const { least = 0, most, pattern, range = `text of at most ${most} characters` } = limits;
  const plain = z.string().min(least).max(most);
  return define('str', initial, pattern ? plain.regex(pattern) : plain, range, doc);
}

/** @param range in words, e.g. `a list of epochs` */
export function list<Element extends number | string>(
  initial: readonly Element[],
  { element, most, range }: { element: z.ZodType<Element>; most: number; range: string },
  doc: string,
) {
  return define('list', initial, z.array(element).max(most), range, doc);
}

function checkKey(call: string, given: Readonly<Record<string, [z.ZodType, unknown]>>, doc: unknown): void {
  for (const [name, [schema, value]] of Object.entries({ ...given, doc: [anyText, doc] as [z.ZodType, unknown] })) {
    checkArgument(call, name, schema, value);
  }
}

function define<Output>(
  type: KeyType,
  initial: KeyDefault,
  schema: z.ZodType<Output>,
  range: string,
  doc: string,
): KeyDefinition<Output> {
  return { type, default: initial, schema: schema.describe(range), range, doc };
}

function rangeOf({
  least,
  most,
  above,
  below,
}: {
  least?: number;
  most?: number;
  above?: number;
  below?: number;
}): string {
  if (least !== undefined && most !== undefined) return `a number from ${least} to ${most}`;
  if (above !== undefined && below !== undefined) return `a number between ${above} and ${below}, both excluded`;
  const parts = [
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`of at most ${most}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  return parts.length === 0 ? 'a finite number' : `a number ${parts.join(' and ')}`;
}
