/** Paths as users write them in settings and flags, where no shell has replaced anything. */
import { homedir } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../errors.js';

/** What a path must be, to follow "must be". */
export const PATH_RULE =
  'written out and in UTF-8: ~ is the home folder, variables ($NAME) and drive letters are not replaced';

const VARIABLE = /\$[A-Za-z_{(]|%[A-Za-z_]\w*%/;
const DRIVE = /^[A-Za-z]:[\\/]/;

/** Node puts this character in place of bytes that are not UTF-8. The path with it is another one. */
const REPLACED = '\uFFFD';

/** Whether a path means on this system what it says. */
export function isWrittenOut(path: string, platform: NodeJS.Platform = process.platform): boolean {
  return !path.includes(REPLACED) && !VARIABLE.test(path) && (platform === 'win32' || !DRIVE.test(path));
}

/** The path with the home folder in place of a leading `~`. */
export function withHome(path: string, home = homedir()): string {
  return /^~(?=$|[\\/])/.test(path) ? home + path.slice(1) : path;
}

/** A text as one word of a shell, for commands in advice. */
export function shellWord(text: string): string {
  return /^[\w@%.,/:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const NOT_EMPTY = 'a text that is not empty';

/** The schema of an option of the Node API that names a file or a folder, with `~` for the home folder. */
export const pathOption: z.ZodType<string> = z
  .string(NOT_EMPTY)
  .min(1, NOT_EMPTY)
  .refine((path) => !path.includes('\0'), NOT_EMPTY)
  .transform((path) => withHome(path));

/**
 * The path that a flag names.
 * @throws UsageError `invalid-path` for variables, drive letters, and bytes that are not UTF-8
 */
export function userPath(path: string): string {
  if (isWrittenOut(path)) return withHome(path);
  throw new UsageError(`The path '${path}' must be ${PATH_RULE}.`, {
    code: 'invalid-path',
    nextSteps: ['Write the whole path, or leave out the quotes so that the shell replaces variables.'],
  });
}
