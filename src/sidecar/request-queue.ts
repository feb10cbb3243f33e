/**
 * The requests that have no answer yet, which of them are sent when, and which of them are to blame for deaths.
 *
 * All requests at work when the sidecar dies are suspects. Suspects are sent one at a time and before all others, so
 * that a death with only one at work is that one's. Two deaths convict a request, the second of which must be its own.
 */
import type { OutgoingRequest, Reply } from './pending-requests.js';

/** Deaths of the sidecar or of a worker that a request may cost. */
const MAX_DEATHS = 2;
/** What occupies a worker. */
const WORKERS_TASKS = new Set(['evaluate', 'measure', 'verify']);

/** A request that somebody waits for. */
export class Entry {
  readonly request: OutgoingRequest;
  /** The specification that it is about; null when it is about none. */
  readonly digest: string | null;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  state: 'waiting' | 'sent' = 'waiting';
  deaths = 0;
  suspect = false;
  /** Nobody waits for the answer any more, but the sidecar is still at work on it. */
  abandoned = false;

  constructor(fields: Pick<Entry, 'request' | 'digest' | 'resolve' | 'reject'>) {
    this.request = fields.request;
    this.digest = fields.digest;
    this.resolve = fields.resolve;
    this.reject = fields.reject;
  }
}

export class Ledger {
  /** In the order of arrival. */
  readonly #entries = new Set<Entry>();

  get empty(): boolean {
    return this.#entries.size === 0;
  }

  add(entry: Entry): void {
    this.#entries.add(entry);
  }

  /** The request has its answer. */
  remove(entry: Entry): void {
    this.#entries.delete(entry);
  }

  /** Nobody waits for the answer any more. */
  abandon(entry: Entry): void {
    entry.abandoned = true;
    if (entry.state === 'waiting') this.#entries.delete(entry);
  }

  /** The requests to send now, given how many tasks `workers` can do side by side; they count as sent from here on. */
  take(workers: number): Entry[] {
    const taken = this.#next(workers);
    for (const entry of taken) entry.state = 'sent';
    return taken;
  }

  /** The sidecar has died: what is not convicted waits to be sent again. @returns the convicted, which are removed. */
  sidecarDied(): Entry[] {
    const atWork = this.#list('sent');
    const alone = atWork.length === 1;
    for (const entry of atWork) {
      entry.deaths = alone ? entry.deaths + 1 : Math.max(entry.deaths, 1);
      entry.suspect = true;
      entry.state = 'waiting';
      if (entry.abandoned) this.#entries.delete(entry);
    }
    const convicted = alone ? atWork.filter((entry) => entry.deaths >= MAX_DEATHS) : [];
    for (const entry of convicted) this.#entries.delete(entry);
    return convicted;
  }

  /** The worker that was at this request has died: that one's fault and no other's. @returns whether it is convicted. */
  workerDied(entry: Entry): boolean {
    entry.deaths += 1;
    entry.state = 'waiting';
    const over = entry.abandoned || entry.deaths >= MAX_DEATHS;
    if (over) this.#entries.delete(entry);
    return over;
  }

  /** Removes and returns those that are about a specification. */
  removeAbout(digest: string): Entry[] {
    return this.#remove([...this.#entries].filter((entry) => entry.digest === digest));
  }

  removeAll(): Entry[] {
    return this.#remove([...this.#entries]);
  }

  #remove(entries: Entry[]): Entry[] {
    for (const entry of entries) this.#entries.delete(entry);
    return entries;
  }

  #next(workers: number): Entry[] {
    const waiting = this.#list('waiting');
    const atWork = this.#list('sent');
    if (atWork.some((entry) => entry.suspect)) return [];
    const suspect = waiting.find((entry) => entry.suspect);
    if (suspect !== undefined) return atWork.length === 0 ? [suspect] : [];
    let free = Math.max(workers, 1) - atWork.filter(occupiesWorker).length;
    return waiting.filter((entry) => !occupiesWorker(entry) || free-- > 0);
  }

  #list(state: Entry['state']): Entry[] {
    return [...this.#entries].filter((entry) => entry.state === state);
  }
}

function occupiesWorker(entry: Entry): boolean {
  return WORKERS_TASKS.has(entry.request.type);
}
