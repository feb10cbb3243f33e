/** The errors of oclif's parser as usage errors of rminas: one line that names the word, and the help to read. */
import { UsageError } from '../../errors.js';
import { suggestion } from '../../nearest.js';
import { keyOfFlag } from './flags.js';

/** The parser's message, and what is said in its place. */
const WORDINGS: readonly (readonly [RegExp, string])[] = [
  [/^Parsing (--\S+) \n\tExpected (.*) but received: (.*)$/s, "$1 expects $2, got '$3'."],
  [/^Expected (--\S+?)=(.*) to be one of: (.*)$/s, "$1 expects one of $3, got '$2'."],
  [/^Expected (.*) to be one of: (.*)$/s, "Expected one of $2, got '$1'."],
  [/^Flag (--\S+) expects a value$/, '$1 needs a value.'],
  [/^Flag (--\S+) expects one of these values: (.*)$/, '$1 needs a value: one of $2.'],
  [/^Flag (--\S+) can only be specified once$/, '$1 may be given once.'],
  [/^Missing required flag (\S+)$/, 'The flag --$1 is missing.'],
  [/^All of the following must be provided when using (--\S+): (.*)$/, '$1 needs $2.'],
];

interface Argument {
  readonly name: string;
  readonly description?: string;
  readonly options?: readonly string[];
}

interface ParserError extends Error {
  /** Flags that do not exist. */
  readonly flags?: readonly string[];
  /** Arguments that are missing, or words that are too many. */
  readonly args?: readonly Argument[] | readonly string[];
}

/**
 * @param thrown by oclif's parser
 * @param known the names of the command's flags
 * @param help the command line that shows the command's help
 */
export function usageErrorOf(thrown: ParserError, known: readonly string[], help: string): UsageError {
  return new UsageError(messageOf(thrown, known), { code: 'usage', nextSteps: [`Run: ${help}`], cause: thrown });
}

/** The message about the first empty flag or argument; undefined when there is none. Flags for keys may be empty. */
export function emptyValue({ flags, args }: { readonly flags: object; readonly args: object }): string | undefined {
  const isEmpty = (value: unknown) => value === '' || (Array.isArray(value) && value.includes(''));
  const flag = Object.entries(flags).find(([name, value]) => isEmpty(value) && keyOfFlag(name) === undefined);
  if (flag !== undefined) return `--${flag[0]} is empty.`;
  const argument = Object.entries(args).find(([, value]) => isEmpty(value));
  return argument === undefined ? undefined : `The argument ${argument[0].toUpperCase()} is empty.`;
}

function messageOf({ message, flags, args = [] }: ParserError, known: readonly string[]): string {
  if (flags !== undefined) return flags.map((flag) => unknownFlag(flag, known)).join(' ');
  if (args.length > 0) return args.map(wrongArgument).join(' ');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: oclif dims the reasons in a terminal
  const plain = message.replaceAll(/\u001B\[\d+m/g, '').replace(/\nSee more help with --help$/, '');
  const reasons = plain.replace(/^The following errors? occurred:\n/, '').split(/\n(?!\t)/);
  return reasons.map((reason) => reworded(reason.trim())).join(' ');
}

function unknownFlag(flag: string, known: readonly string[]): string {
  return `There is no flag ${flag}.${suggestion(
    flag,
    known.map((name) => `--${name}`),
  )}`;
}

function wrongArgument(argument: Argument | string): string {
  if (typeof argument === 'string') return `The argument '${argument}' is unexpected.`;
  const { name, options, description } = argument;
  const wanted = options === undefined ? description : `one of ${options.join(', ')}`;
  return `The argument ${name.toUpperCase()} is missing${wanted === undefined ? '' : `: ${wanted}`}.`;
}

function reworded(reason: string): string {
  const wording = WORDINGS.find(([pattern]) => pattern.test(reason));
  if (wording === undefined) return /[.!?]$/.test(reason) ? reason : `${reason}.`;
  return reason
    .replace(...wording)
    .replace('an integer greater than or equal to', 'a whole number of at least')
    .replace('an integer less than or equal to', 'a whole number of at most')
    .replace('an integer', 'a whole number');
}
