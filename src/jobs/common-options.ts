/** Options that several jobs have. */

import { pathOption } from '../installation/paths.js';
import { anyText, arrayOf, filledText } from '../options.js';

export const words = arrayOf(anyText, 'texts');

/** The configuration of a new job, its changes, its plugins, and its data. */
export const CONFIGURATION_OPTIONS = {
  cfg: pathOption.optional(),
  overrides: words.optional(),
  plugins: arrayOf(filledText, 'names of files and modules').optional(),
  data: pathOption.optional(),
};

/** Whether options are those of a job that is resumed. */
export function isResumed(options: unknown): boolean {
  return (options as { readonly resume?: unknown } | null | undefined)?.resume !== undefined;
}
