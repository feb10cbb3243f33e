/** The sidecar as the rest of rminas knows it: requests are answered, whatever happens to the process that does it. */
import { setMaxListeners } from 'node:events';
import { InterruptedError } from '../errors.js';
import type { Hello, Progress, ReplyBody, RequestBody, RequestType } from '../protocol/messages.js';
import { encodeRequest } from './codec.js';
import type { Connection, LogLevel } from './connection.js';
import { conviction, Refusal, refusalError, SidecarDeath } from './failures.js';
import type { LaunchOptions } from './launch.js';
import type { OutgoingRequest, Reply } from './pending-requests.js';
import { Entry, Ledger } from './request-queue.js';
import { type Started, Starter } from './starter.js';

export interface SidecarOptions extends LaunchOptions {
  readonly heartbeat?: {
    /** How long the sidecar may be silent before it counts as hung, in ms; 15 s by default. */
    readonly deadlineMs: number;
  };
  /** How long it may take from the start of the program to its hello, in ms; 60 s by default. */
  readonly startTimeoutMs?: number;
  /** How long each step of ending it may take before the next, harsher one, in ms; 3 s by default. */
  readonly patienceMs?: number;
  /** Ends the start; it has no effect on a sidecar that has started. */
  readonly signal?: AbortSignal;
  readonly onLog?: (level: LogLevel, text: string) => void;
  /** Told why the sidecar died, when it is started again. */
  readonly onRestart?: (reason: string) => void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

const DEADLINE_MS = 15_000;
const START_TIMEOUT_MS = 60_000;
const PATIENCE_MS = 3_000;

/**
 * A Python process that computes. When it dies or hangs it is started again, as soon as there is something to do, and
 * what it had not answered is asked again, after the `prepare` requests that it had granted. A request on which it
 * dies twice is rejected; so is everything when it cannot be started any more.
 */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #starter: Starter;
  readonly #ledger = new Ledger();
  /** Ends a start under way. */
  readonly #lifetime = new AbortController();
  #hello: Hello;
  /** Undefined while there is none. */
  #connection: Connection | undefined;
  #restarting: Promise<void> | undefined;
  #restarts = 0;
  /** To follow "the sidecar". */
  #lastDeath = '';
  #requests = 0;
  /** Why no request can be answered any more. */
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Starts the program and waits until it is ready.
   * @throws MissingError when the interpreter or a package is missing; SidecarError `sidecar-start-failed`,
   *   `protocol-mismatch`; InterruptedError when `options.signal` is aborted. Nothing is left behind then.
   */
  static async start(options: SidecarOptions): Promise<Sidecar> {
    const starter = new Starter({
      ...options,
      startTimeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS,
      deadlineMs: options.heartbeat?.deadlineMs ?? DEADLINE_MS,
      onLog: options.onLog ?? (() => {}),
    });
    const started = await starter.start(options.signal ?? new AbortController().signal);
    return new Sidecar(options, starter, started);
  }

  private constructor(options: SidecarOptions, starter: Starter, started: Started) {
    this.#options = options;
    this.#starter = starter;
    this.#hello = started.hello;
    this.#adopt(started);
  }

  /** What the process said of itself that was started last. */
  get hello(): Hello {
    return this.#hello;
  }

  /** How many times the process has been started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * @throws MissingError, UsageError or SidecarError with the protocol's code when the sidecar answers with an error;
   *   SidecarError `evaluation-died` (`request-died` for what is no evaluation) after two deaths on this request, and
   *   whatever `start` throws when it cannot be started again; InterruptedError when the signal is aborted
   *   (`interrupted`) or the sidecar closed (`sidecar-closed`).
   */
  async request<T extends RequestType>(
    type: T,
    body: RequestBody<T>,
    { signal, onProgress }: RequestOptions = {},
  ): Promise<ReplyBody<T>> {
    if (this.#failure !== undefined) throw this.#failure;
    if (signal?.aborted) throw interrupted(type);
    this.#requests += 1;
    const id = String(this.#requests);
    const request: OutgoingRequest = {
      id,
      type,
      text: encodeRequest(id, type, body),
      onProgress: (progress) => signal?.aborted || onProgress?.(progress),
    };
    const reply = await this.#enter(request, 'digest' in body ? body.digest : null, signal);
    // Exchanges lets no reply through but the one that belongs to the request's type.
    return reply as ReplyBody<T>;
  }

  /**
   * Ends the process, in order if it can be, and rejects what has no answer yet. The sidecar cannot be used any more.
   * Can be called more than once.
   */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #enter(request: OutgoingRequest, digest: string | null, signal: AbortSignal | undefined): Promise<Reply> {
    let abort = () => {};
    const reply = new Promise<Reply>((resolve, reject) => {
      const entry = new Entry({ request, digest, resolve, reject });
      abort = () => {
        this.#ledger.abandon(entry);
        reject(interrupted(request.type));
      };
      this.#ledger.add(entry);
    });
    if (signal) {
      // Any number of requests may wait for one signal; Node takes more than ten listeners for a leak.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort);
    }
    this.#dispatch();
    try {
      return await reply;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #dispatch(): void {
    const connection = this.#connection;
    if (this.#failure !== undefined || this.#ledger.empty) return;
    if (connection === undefined) this.#restart();
    // Of one that is ending nothing new is asked: when it has ended, everything is asked again.
    if (connection?.alive !== true) return;
    for (const entry of this.#ledger.take(this.#hello.workers)) void this.#perform(connection, entry);
  }

  async #perform(connection: Connection, entry: Entry): Promise<void> {
    try {
      const reply = await connection.ask(entry.request);
      if (entry.request.type === 'prepare' && entry.digest !== null)
        this.#starter.remember(entry.digest, entry.request);
      this.#ledger.remove(entry);
      entry.resolve(reply);
    } catch (error) {
      // A death concerns all requests and is seen to for all of them at once.
      if (error instanceof SidecarDeath) return;
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(entry, error);
    }
    this.#dispatch();
  }

  #refuse(entry: Entry, refusal: Refusal): void {
    if (refusal.failure.code !== 'worker-died') {
      this.#ledger.remove(entry);
      entry.reject(refusalError(refusal, this.#options.python));
    } else if (this.#ledger.workerDied(entry)) {
      entry.reject(conviction(entry.request.type, entry.deaths, refusal.message));
    }
  }

  #adopt({ connection, hello, lost }: Started): void {
    this.#hello = hello;
    this.#connection = connection;
    for (const [digest, error] of lost) {
      for (const entry of this.#ledger.removeAbout(digest)) entry.reject(error);
    }
    void connection.ended.then((death) => this.#bury(death));
  }

  #bury(death: SidecarDeath): void {
    this.#connection = undefined;
    this.#lastDeath = death.message;
    for (const entry of this.#ledger.sidecarDied()) {
      entry.reject(conviction(entry.request.type, entry.deaths, `the sidecar ${death.message}`));
    }
    this.#dispatch();
  }
  #restart(): void {
    if (this.#restarting !== undefined) return;
    this.#restarts += 1;
    this.#options.onRestart?.(`the sidecar ${this.#lastDeath}`);
    this.#restarting = this.#startAgain().finally(() => {
      this.#restarting = undefined;
      this.#dispatch();
    });
  }

  async #startAgain(): Promise<void> {
    try {
      this.#adopt(await this.#starter.start(this.#lifetime.signal));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const entry of this.#ledger.removeAll()) entry.reject(error);
  }

  async #end(): Promise<void> {
    this.#fail(new InterruptedError('The sidecar was closed before it had answered.', { code: 'sidecar-closed' }));
    this.#lifetime.abort();
    await this.#restarting;
    await this.#connection?.close(this.#options.patienceMs ?? PATIENCE_MS);
  }
}

function interrupted(type: RequestType): InterruptedError {
  return new InterruptedError(`The request ${type} was interrupted.`, { code: 'interrupted' });
}
