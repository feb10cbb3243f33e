/** The line of a journal by which a process says that it starts to work on the job. */
import { z } from 'zod';
import type { Hello } from '../protocol/messages.js';

/** The fields that all jobs have. A job extends it by fields of its own. */
export const sessionSchema = z.strictObject({
  type: z.literal('session'),
  pid: z.int(),
  /** Of Python and of the packages that affect the numbers. */
  versions: z.record(z.string(), z.string()),
  /** The devices of the workers, for people. */
  device: z.string(),
});
export type Session = z.infer<typeof sessionSchema>;

/** The session of this process. @param sidecar the versions and the devices of its sidecar */
export function sessionOf({ versions, device }: Pick<Hello, 'versions' | 'device'>): Session {
  return { type: 'session', pid: process.pid, versions, device };
}
