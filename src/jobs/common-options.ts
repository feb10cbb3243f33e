/** Options that several jobs have. */
import { resolve } from 'node:path';
import { pathOption, shellWord } from '../installation/paths.js';
import { anyText, arrayOf, filledText, type OptionShape } from '../options.js';
import { JOB_OPTIONS, type JobOptions, type StartJobOptions } from './job.js';

export const words = arrayOf(anyText, 'texts');

/** The configuration of a new job, its changes, its plugins, and its data. */
export const CONFIGURATION_OPTIONS = {
  cfg: pathOption.optional(),
  overrides: words.optional(),
  plugins: arrayOf(filledText, 'names of files and modules').optional(),
  data: pathOption.optional(),
};

/** An interrupted job that is continued. */
export interface ResumedJob {
  /** Folder of the job. */
  readonly resume: string;
  /** Folder with the data, if it has moved. */
  readonly data?: string | undefined;
}

export const RESUMED_OPTIONS: OptionShape<ResumedJob & JobOptions> = {
  ...JOB_OPTIONS,
  resume: pathOption,
  data: pathOption.optional(),
};

/** The words about a job that a command resumes. */
export interface ResumableWords {
  /** The job: `search`. */
  readonly job: string;
  /** What an interruption leaves: `every whole epoch`. */
  readonly kept: string;
  /** The command without its folder: `rminas search --resume`. */
  readonly command: string;
}

/** The words of the interruption of a job that a command resumes. */
export function resumable({ job, kept, command }: ResumableWords): StartJobOptions['interruption'] {
  return (folder) => ({
    message: `The ${job} was interrupted${folder === undefined ? ' before it began.' : `; ${kept} is kept.`}`,
    nextSteps: folder === undefined ? [] : [`Resume it with: ${command} ${shellWord(folder)}`],
  });
}

/**
 * The absolute path of the `--data` folder.
 * @param recorded the folder that the job began with, which holds unless another one is given
 */
export function dataFolderOf(
  { data }: { readonly data?: string | undefined },
  recorded: string | null = null,
): string | null {
  return data === undefined ? recorded : resolve(data);
}

/** Whether options are those of a job that is resumed. */
export function isResumed(options: unknown): boolean {
  return (options as { readonly resume?: unknown } | null | undefined)?.resume !== undefined;
}
