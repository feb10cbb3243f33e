/**
 * The requests without an answer: which to send next, and which one to blame when a process dies.
 *
 * When the sidecar dies, every request in flight becomes a suspect. Suspects are sent alone and before all others, so
 * that the next death has one possible cause. A request fails after two deaths, and only if it was alone at the second.
 */
import type { OutgoingRequest, Reply } from './pending-requests.js';

/** Deaths of the sidecar or of a worker after which a request fails. */
const MAX_DEATHS = 2;
/** Request types that occupy a worker. */
const WORKER_REQUESTS = new Set(['evaluate', 'measure', 'costs', 'verify']);

/** A request and the promise of its caller. */
export class QueuedRequest {
  readonly request: OutgoingRequest;
  /** Digest of the specification that the request uses; null when it uses none. */
  readonly digest: string | null;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  state: 'waiting' | 'sent' = 'waiting';
  deaths = 0;
  suspect = false;
  /** The caller cancelled it while the sidecar was already working on it. */
  cancelled = false;

  constructor(fields: Pick<QueuedRequest, 'request' | 'digest' | 'resolve' | 'reject'>) {
    this.request = fields.request;
    this.digest = fields.digest;
    this.resolve = fields.resolve;
    this.reject = fields.reject;
  }
}

export class RequestQueue {
  /** In the order of arrival. */
  readonly #queue = new Set<QueuedRequest>();
  readonly #stack: number;

  /** @param stack how many requests a worker may compute at a time */
  constructor(stack = 1) {
    this.#stack = stack;
  }

  get empty(): boolean {
    return this.#queue.size === 0;
  }

  add(queued: QueuedRequest): void {
    this.#queue.add(queued);
  }

  /** Removes a request that has its answer. */
  remove(queued: QueuedRequest): void {
    this.#queue.delete(queued);
  }

  /** Removes a request unless the sidecar is working on it; then its worker stays occupied until the answer. */
  cancel(queued: QueuedRequest): void {
    queued.cancelled = true;
    if (queued.state === 'waiting') this.#queue.delete(queued);
  }

  /** Returns the requests to send now and marks them as sent. `workers` is the number of parallel workers. */
  take(workers: number): QueuedRequest[] {
    const taken = this.#next(workers);
    for (const queued of taken) queued.state = 'sent';
    return taken;
  }

  /**
   * Records a death of the sidecar: the requests in flight wait to be sent again.
   * @returns the requests that have failed; they are removed.
   */
  sidecarDied(): QueuedRequest[] {
    const inFlight = this.#inState('sent');
    const alone = inFlight.length === 1;
    for (const queued of inFlight) {
      queued.deaths = alone ? queued.deaths + 1 : Math.max(queued.deaths, 1);
      queued.suspect = true;
      queued.state = 'waiting';
      if (queued.cancelled) this.#queue.delete(queued);
    }
    const failed = alone ? inFlight.filter((queued) => queued.deaths >= MAX_DEATHS) : [];
    for (const queued of failed) this.#queue.delete(queued);
    return failed;
  }

  /**
   * Records a death of the worker that held this request. Another request of its stack may be to blame, so the request
   * is sent alone next time.
   * @returns whether the request has failed.
   */
  workerDied(queued: QueuedRequest): boolean {
    queued.deaths += 1;
    queued.state = 'waiting';
    queued.suspect ||= this.#stack > 1;
    const failed = queued.cancelled || queued.deaths >= MAX_DEATHS;
    if (failed) this.#queue.delete(queued);
    return failed;
  }

  /** Removes and returns the requests that use a specification. */
  removeOf(digest: string): QueuedRequest[] {
    return this.#remove([...this.#queue].filter((queued) => queued.digest === digest));
  }

  removeAll(): QueuedRequest[] {
    return this.#remove([...this.#queue]);
  }

  #remove(removed: QueuedRequest[]): QueuedRequest[] {
    for (const queued of removed) this.#queue.delete(queued);
    return removed;
  }

  #next(workers: number): QueuedRequest[] {
    const waiting = this.#inState('waiting');
    const inFlight = this.#inState('sent');
    if (inFlight.some((queued) => queued.suspect)) return [];
    const suspect = waiting.find((queued) => queued.suspect);
    if (suspect !== undefined) return inFlight.length === 0 ? [suspect] : [];
    let free = Math.max(workers, 1) * this.#stack - inFlight.filter(occupiesWorker).length;
    return waiting.filter((queued) => !occupiesWorker(queued) || free-- > 0);
  }

  #inState(state: QueuedRequest['state']): QueuedRequest[] {
    return [...this.#queue].filter((queued) => queued.state === state);
  }
}

function occupiesWorker({ request }: QueuedRequest): boolean {
  return WORKER_REQUESTS.has(request.type);
}
