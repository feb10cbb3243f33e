/** Keys whose values are paths. */
import { z } from 'zod';
import type { KeyDefinition } from '../../definitions/key.js';
import { isWrittenOut, PATH_RULE, withHome } from '../../installation/paths.js';

const MOST = 4096;

/** @param least characters; 0 for a path that may be unset */
export function pathKey(initial: string, least: 0 | 1, doc: string): KeyDefinition<string> {
  const range = `a path of ${least === 0 ? 'at most' : `${least} to`} ${MOST} characters, ${PATH_RULE}`;
  const written = z
    .string()
    .min(least)
    .max(MOST)
    .refine((text) => isWrittenOut(text));
  // A folder may move with the home: config.yaml keeps the ~.
  const schema = written.transform((text) => withHome(text));
  return { type: 'str', default: initial, schema: schema.describe(range), range, doc };
}
