/** The journal of a toy kind of job, for tests of the job store. */
import { z } from 'zod';
import type { JournalFormat, Notice } from '../../src/store/job-store.js';

const header = z.strictObject({ type: z.literal('toy'), rminas: z.string() });
const session = z.strictObject({ type: z.literal('session'), pid: z.int() });
const done = z.strictObject({ type: z.literal('done'), number: z.int() });
const entries = z.discriminatedUnion('type', [header, session, done]);
export type Entry = z.infer<typeof entries>;
export type Header = z.infer<typeof header>;
export type Event = { readonly type: 'done'; readonly number: number } | Notice;

export const FORMAT: JournalFormat<Entry, Header> = {
  job: 'toy job',
  entries,
  isHeader: (entry): entry is Header => entry.type === 'toy',
  resume: 'toy --resume',
};
export const HEADER: Header = { type: 'toy', rminas: '1' };
export const SESSION: Entry = { type: 'session', pid: 7 };
