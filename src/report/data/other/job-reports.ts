/** What the reports of jobs other than searches have in common. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { z } from 'zod';
import { UsageError } from '../../../errors.js';
import { shellWord } from '../../../installation/paths.js';
import type { SpaceDefinition } from '../../../spaces/definition.js';
import { jobFolderAt } from '../../../store/folder.js';
import { isLocked } from '../../../store/lock.js';
import { readTextBounded } from '../../../system/files.js';
import { parseJson } from '../../../system/json.js';
import { PicturePacker } from '../pictures.js';
import type { Fact, ReportCommand, RunReport, Section } from '../schema.js';

const MOST_BYTES = 2 ** 27;

/** The document of a job; null when it is not written yet. @throws UsageError `corrupt-result` */
export function readResultFile<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> | null {
  if (!existsSync(file)) return null;
  try {
    return schema.parse(parseJson(readTextBounded(file, MOST_BYTES)));
  } catch (cause) {
    throw new UsageError(`${file} is not a result that this version can read.`, {
      code: 'corrupt-result',
      nextSteps: ['Give the command of the job again: it writes the file anew.'],
      cause,
    });
  }
}

export type ReportParts = Pick<
  RunReport,
  'kind' | 'folder' | 'headline' | 'caption' | 'paragraphs' | 'facts' | 'sections'
> &
  Partial<Pick<RunReport, 'state' | 'pictures'>>;

/** A report without architectures. Sections without a block are left out. */
export function plainReport(parts: ReportParts): RunReport {
  const none = { operations: [], shapes: [], answer: null, architectures: [] };
  const sections = parts.sections.filter(({ blocks }) => blocks.length > 0);
  return { name: basename(parts.folder), state: 'finished', pictures: none, architectures: [], ...parts, sections };
}

/** The report of a job without a result yet. */
export function unfinishedReport(kind: RunReport['kind'], folder: string, facts: Fact[]): RunReport {
  const running = isLocked(jobFolderAt(folder));
  return plainReport({
    ...{ kind, folder, facts, sections: [] },
    state: running ? 'running' : 'interrupted',
    headline: running ? 'A process is at work on it.' : 'It has not ended.',
    caption: 'No result yet',
    paragraphs: [running ? 'Write the report again later.' : 'Give its command again: it continues where it stopped.'],
  });
}

/** Draws genotypes by the name of their space; null for a space that is not known. */
export type DrawnSpaces = (name: string) => Pick<SpaceDefinition, 'graphs'> | null;

/** The picture of the answer alone. */
export function pictureOf(genotype: string, space: ReturnType<DrawnSpaces>): RunReport['pictures'] {
  const packer = new PicturePacker();
  const answer = space === null ? null : packer.pack(space.graphs(genotype));
  return { ...packer.pool, answer, architectures: [] };
}

/** The section with the commands of the job, and the one that writes the report. */
export function againSection(folder: string, facts: Fact[], own: readonly ReportCommand[] = []): Section {
  const commands = [...own, { purpose: 'Write this report', command: `rminas report ${shellWord(folder)}` }];
  return {
    id: 'setup',
    title: 'Reproduce it',
    blocks: [
      { type: 'commands', commands },
      { type: 'facts', facts },
    ],
  };
}
