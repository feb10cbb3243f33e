/**
 * Checks the options that a script passes to a function of the Node API. TypeScript checks them too, but a script may be
 * JavaScript.
 */
import { z } from 'zod';
import { UsageError } from './errors.js';
import { nearestName } from './nearest.js';

/** A schema for each option: whether it must be given, and its kind. The schema's message says what is expected. */
export type OptionShape<Options> = { readonly [Key in keyof Required<Options>]: z.ZodType<Options[Key]> };

function kind<T>(expected: string, is: (value: unknown) => boolean): z.ZodType<T> {
  return z.custom<T>(is, expected);
}

/** Text that can name a file: not empty, and without the character that ends a name. */
export const filledText = kind<string>('a text that is not empty', (value) => isText(value) && value !== '');
export const anyText = kind<string>('a text', isText);
export const flagOption = kind<boolean>('true or false', (value) => typeof value === 'boolean');
export const anyNumber = kind<number>('a number', (value) => typeof value === 'number');
export const abortSignal = kind<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal);
export const seedOption = wholeNumberOption(0);
/** A time limit in ms, within that of a timer. */
export const timeLimit = wholeNumberOption(1, 2_147_483_647);

export function wholeNumberOption(least: number, most = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return kind(
    `a whole number ${range}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** A finite number in a range; both ends belong to it. */
export function numberFrom(least: number, most = Number.MAX_VALUE): z.ZodType<number> {
  const range = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
  return kind(`a number ${range}`, (value) => typeof value === 'number' && value >= least && value <= most);
}

export function callback<T>(): z.ZodType<T> {
  return kind('a function', (value) => typeof value === 'function');
}

export function oneOf<const Name extends string>(names: readonly Name[]): z.ZodType<Name> {
  return kind(`one of ${names.join(', ')}`, (value) => names.includes(value as Name));
}

/** @param expected the plural of the elements' kind */
export function arrayOf<T>(element: z.ZodType<T>, expected: string): z.ZodType<readonly T[]> {
  return z.array(element, `an array of ${expected}`);
}

/** Schemas of the methods with these names, for {@link objectWith}. */
export function withMethods(...names: readonly string[]): Record<string, z.ZodType> {
  return Object.fromEntries(names.map((name) => [name, callback()]));
}

/** An object of which some properties are checked; it may have others. */
export function objectWith<T>(expected: string, shape: Record<string, z.ZodType>): z.ZodType<T> {
  return z.looseObject(shape, expected) as unknown as z.ZodType<T>;
}

/**
 * Checks that options are an object with the options of a shape, and no others.
 * @param call the function, for messages: `search()`
 * @returns the options, each the very object that was given; paths with the home folder in place of `~`
 * @throws UsageError `unknown-option` or `invalid-option` that names the option, the given value and the expected kind
 */
export function checkOptions<Options extends object>(
  call: string,
  shape: OptionShape<Options>,
  given: unknown = {},
): Options {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`${call} takes an object of options, got ${describe(given)}.`);
  }
  const options = given as Readonly<Record<string, unknown>>;
  const known = Object.keys(shape);
  const unknown = Object.keys(options).find((name) => options[name] !== undefined && !known.includes(name));
  if (unknown !== undefined) throw unknownOption(call, unknown, known);
  const { data = {}, error } = z.object(shape).safeParse(options);
  const [issue] = error?.issues ?? [];
  if (issue !== undefined) throw invalidOption(`of ${call}`, issue, options);
  return Object.fromEntries(
    known.flatMap((name) => (options[name] === undefined ? [] : [[name, resolved(options[name], data, name)]])),
  ) as Options;
}

/** Parsing copies objects, and the copies lose their methods. */
function resolved(given: unknown, parsed: object, name: string): unknown {
  return typeof given === 'string' ? (parsed as Readonly<Record<string, unknown>>)[name] : given;
}

/**
 * Checks an argument that is not an object of options.
 * @returns the very argument; a path with the home folder in place of `~`
 * @throws UsageError `invalid-option`
 */
export function checkArgument<T>(call: string, name: string, schema: z.ZodType<T>, given: unknown): T {
  const { data, error } = schema.safeParse(given);
  const [issue] = error?.issues ?? [];
  if (issue !== undefined)
    throw invalidOption(`of ${call}`, { ...issue, path: [name, ...issue.path] }, { [name]: given });
  return typeof given === 'string' ? (data as T) : (given as T);
}

function unknownOption(call: string, name: string, known: readonly string[]): UsageError {
  return new UsageError(`${call} has no option '${name}'.`, {
    code: 'unknown-option',
    nextSteps: [`Did you mean '${nearestName(name, known)}'?`, `Its options are ${[...known].sort().join(', ')}.`],
  });
}

function invalidOption(of: string, { path, message }: z.core.$ZodIssue, options: object): UsageError {
  const name = path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text && '.'}${String(key)}`),
    '',
  );
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], options);
  const given = value === undefined ? 'is missing' : `is ${describe(value)}`;
  return invalid(`The option ${name} ${of} ${given}. Expected ${message}.`);
}

function invalid(message: string): UsageError {
  return new UsageError(message, {
    code: 'invalid-option',
    nextSteps: ['Correct the call. docs/scripting.md describes the Node API.'],
  });
}

const MOST_CHARACTERS = 60;

function describe(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value}'`;
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0');
}
