/** The content of a file that describes a space of the user: its slots, and the function that builds its networks. */
import { z } from 'zod';
import { UsageError } from '../../errors.js';
import { nearestName } from '../../nearest.js';

/** A choice as the function gets it. */
export type Choice = string | number | boolean;

/** The checked content of a file. */
export interface SpaceFile {
  /** The name of the space; undefined for the name of the file. */
  readonly name: string | undefined;
  readonly doc: string | undefined;
  /** `FILE.py:function`; a relative path starts from the folder of the file. */
  readonly build: string;
  readonly slots: readonly OwnSlot[];
  /** Names of the three modules whose outputs are compared with the teacher's; null where the function answers them. */
  readonly stages: readonly string[] | null;
  /** Time limit for building one network, in s. */
  readonly seconds: number;
}

export interface OwnSlot {
  readonly name: string;
  readonly choices: readonly Choice[];
  readonly when: Readonly<Record<string, readonly Choice[]>>;
}

const MOST_SLOTS = 128;
const MOST_CHOICES = 64;
const DEFAULT_SECONDS = 60;

const choice = z.union([z.string(), z.number(), z.boolean()], 'must be a number, a word, true or false');
const choices = z
  .array(choice, 'must be a list of choices, e.g. [8, 16, 32]')
  .max(MOST_CHOICES, `must have at most ${MOST_CHOICES} choices`);
const oneOrMore = z.preprocess((value) => (Array.isArray(value) ? value : [value]), choices);

const slot = z.preprocess(
  (value) => (Array.isArray(value) ? { choices: value } : value),
  z.strictObject(
    {
      choices,
      when: z.record(z.string(), oneOrMore, 'must be slots and their choices, e.g. {depth: [2, 3]}').optional(),
    },
    'must be a list of choices, e.g. [8, 16, 32], or have the keys choices and when',
  ),
);

const STAGES = 'must be the names of three modules, e.g. [stage1, stage2, stage3]';
const schema = z.strictObject(
  {
    name: z.string('must be a word').optional(),
    doc: z.string('must be a sentence').max(500, 'must have at most 500 characters').optional(),
    build: z
      .string('must name a function, e.g. network.py:build')
      .regex(/^[^\0]+\.py:[A-Za-z_]\w*$/, 'must name a function, e.g. network.py:build'),
    slots: z
      .record(z.string(), slot, 'must be names with their choices, e.g. width: [8, 16, 32]')
      .refine((all) => Object.keys(all).length <= MOST_SLOTS, `must be at most ${MOST_SLOTS} slots`),
    stages: z.array(z.string(STAGES).min(1, STAGES).max(200, STAGES), STAGES).length(3, STAGES).optional(),
    seconds: z
      .number('must be a number of seconds')
      .min(0.1, 'must be at least 0.1 seconds')
      .max(3600, 'must be at most 3600 seconds')
      .optional(),
  },
  'must be a mapping with the keys build and slots',
);

/** The keys at each depth, for suggestions. */
const KEYS = Object.keys(schema.shape);
const SLOT_KEYS = ['choices', 'when'];

/**
 * Checks the content of a file.
 * @param content the parsed YAML
 * @param file its path, for messages
 * @throws UsageError `invalid-space` that names the first wrong key, and the nearest one for an unknown key
 */
export function readSpaceFile(content: unknown, file: string): SpaceFile {
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw invalidSpaceFile(file, problemOf(parsed.error.issues[0], content));
  const { name, doc, build, slots, stages = null, seconds = DEFAULT_SECONDS } = parsed.data;
  return {
    ...{ name, doc, build, stages, seconds },
    slots: Object.entries(slots).map(([slot, { choices: all, when = {} }]) => ({ name: slot, choices: all, when })),
  };
}

/** The error of a file that describes no space. @param problem follows the path of the file */
export function invalidSpaceFile(file: string, problem: string, cause?: unknown): UsageError {
  return new UsageError(`The space file ${file} cannot be used: ${problem}.`, {
    code: 'invalid-space',
    nextSteps: [`Correct ${file}. docs/your-space.md has examples.`],
    cause,
  });
}

function problemOf(issue: z.core.$ZodIssue | undefined, content: unknown): string {
  if (issue === undefined) return 'it is malformed';
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = issue.path.length === 0 ? KEYS : SLOT_KEYS;
    const of = where === '' ? '' : ` of ${where}`;
    return `the key '${key}'${of} is unknown; the nearest is '${nearestName(key, known)}'`;
  }
  const [key] = issue.path;
  const isMissing = issue.path.length === 1 && (content as Record<PropertyKey, unknown>)[key as string] === undefined;
  if (isMissing) return `the key ${where} is missing; it ${issue.message}`;
  return where === '' ? `it ${issue.message}` : `${where} ${issue.message}`;
}

/** A choice as a genotype has it. */
export function choiceText(value: Choice): string {
  return String(value);
}
