/** The kinds of jobs, told by the first entry of a journal. */
import { dirname } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.js';
import { parseJson } from '../system/json.js';
import { firstLine, type ReadJournal, readJournal } from './journal-file.js';

/** The kind of job for each type of a header, as journal formats name it. */
const KINDS: Readonly<Record<string, string>> = {
  run: 'run',
  retraining: 'retraining',
  'one-shot': 'one-shot search',
  ranking: 'ranking',
  table: 'table',
};

const headerSchema = z.looseObject({ entry: z.looseObject({ type: z.string() }) });

/** The type of the first entry of a journal; undefined when there is none. */
export function headerType(journal: string): string | undefined {
  try {
    return headerSchema.parse(parseJson(firstLine(journal) ?? '')).entry.type;
  } catch {
    return undefined;
  }
}

/**
 * Reads the journal of a kind of job.
 * @throws UsageError `other-job` for that of another kind, and as {@link readJournal}
 */
export function readJournalOf<Entry>(job: string, journal: string, entries: z.ZodType<Entry>): ReadJournal<Entry> {
  try {
    return readJournal(journal, entries);
  } catch (error) {
    const kind = KINDS[headerType(journal) ?? ''];
    throw kind === undefined || kind === job ? error : otherJob(dirname(journal), { kind, job, cause: error });
  }
}

function otherJob(folder: string, { kind, job, cause }: { kind: string; job: string; cause: unknown }): UsageError {
  const [begun, needed] = [kind, job].map((name) => (name === 'run' ? 'search' : name));
  return new UsageError(`${folder} is the folder of a ${begun}, not of a ${needed}.`, {
    code: 'other-job',
    nextSteps: [`Name the folder of a ${needed}, or give the command of a ${begun}.`],
    cause,
  });
}
