/** A toy kind of job, for tests of the job store. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureJobFolder, type JobFolder, jobFolderAt } from '../../src/store/folder.js';
import { type JobPlace, type JobStore, type JournalFormat, type Notice, openJob } from '../../src/store/job-store.js';
import { temporaryFolder } from '../support/run-cli.js';

const header = z.strictObject({ type: z.literal('toy'), rminas: z.string() });
const session = z.strictObject({ type: z.literal('session'), pid: z.int() });
const done = z.strictObject({ type: z.literal('done'), number: z.int() });
const entries = z.discriminatedUnion('type', [header, session, done]);
export type Entry = z.infer<typeof entries>;
type Header = z.infer<typeof header>;
type Event = { readonly type: 'done'; readonly number: number } | Notice;

const FORMAT: JournalFormat<Entry, Header> = {
  job: 'toy job',
  entries,
  isHeader: (entry): entry is Header => entry.type === 'toy',
  resume: 'toy --resume',
};
export const HEADER: Header = { type: 'toy', rminas: '1' };
export const SESSION: Entry = { type: 'session', pid: 7 };

type ToyJob = JobStore<Entry, Header, Event>;

/** The folder of a toy job, and what its listener has heard. Each test has its own. */
export class ToyJobs {
  readonly folder: JobFolder = jobFolderAt(join(temporaryFolder(), 'job'));
  readonly heard: Event[] = [];
  readonly failures: Error[] = [];

  open(place: JobPlace): ToyJob {
    return openJob<Entry, Header, Event>({
      place,
      format: FORMAT,
      describe: (event) => (event.type === 'notice' ? event.text : `done ${event.number}`),
      listener: {
        emit: (event) => this.heard.push(event),
        opened: () => {},
        fail: (error) => this.failures.push(error),
      },
    });
  }

  begin(job: ToyJob): void {
    const folder = () => ensureJobFolder(this.folder.path);
    job.begin({ folder, config: 'A: 1\n', header: HEADER, session: SESSION });
  }

  /** Writes a job that has begun and ended after one entry. */
  write(): void {
    const job = this.open({ kind: 'fresh' });
    this.begin(job);
    job.write({ type: 'done', number: 1 });
    job.close();
  }

  /** The types of the entries in the journal. */
  typesIn(): string[] {
    const lines = readFileSync(this.folder.journal, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line).entry.type);
  }

  locks(): string[] {
    return readdirSync(this.folder.path).filter((name) => name.startsWith('lock-'));
  }
}
