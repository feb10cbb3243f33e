/** The sidecar's client. It restarts a dead process and sends unanswered requests again. */
import { setMaxListeners } from 'node:events';
import { InterruptedError, interrupted } from '../errors.js';
import type { Hello, Progress, ReplyBody, RequestBody, RequestType } from '../protocol/messages.js';
import type { Connection, LogLevel, OnPreempted } from './connection.js';
import { ErrorReply, errorOfReply, repeatedDeaths, SidecarDeath } from './failures.js';
import type { LaunchOptions } from './launch.js';
import type { OutgoingRequest, Reply } from './pending-requests.js';
import { QueuedRequest, RequestQueue } from './request-queue.js';
import { type Started, Starter } from './starter.js';
import { encodeRequest } from './transport/codec.js';

export interface SidecarOptions extends LaunchOptions {
  readonly heartbeat?: {
    /** How long the sidecar may be silent before it counts as hung, in ms; 15,000 by default. */
    readonly deadlineMs: number;
  };
  /** How long to wait for the exit before each harsher step of closing, in ms; 3,000 by default. */
  readonly graceMs?: number;
  /** Interrupts the start. It has no effect on a sidecar that has started. */
  readonly signal?: AbortSignal;
  /** Called during a long start with what it waits for, as a sentence. */
  readonly onWait?: (text: string) => void;
  readonly onLog?: (level: LogLevel, text: string) => void;
  readonly onPreempted?: OnPreempted;
  /** Called with the reason of the death, before each restart. */
  readonly onRestart?: (reason: string) => void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

const DEADLINE_MS = 15_000;
const START_DEADLINE_S = 120;
const GRACE_MS = 3_000;

/**
 * A Python process that computes. After a death or a hang, the client restarts it as soon as a request is waiting. It
 * repeats the successful `prepare` requests, then sends the unanswered requests again. A request is rejected after two
 * deaths. All requests are rejected when the process cannot be started again.
 */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #starter: Starter;
  readonly #queue: RequestQueue;
  /** Interrupts a start. */
  readonly #lifetime = new AbortController();
  #hello: Hello;
  #connection: Connection | undefined;
  #restarting: Promise<void> | undefined;
  #restarts = 0;
  /** A phrase that follows "the sidecar". */
  #lastDeath = '';
  #requests = 0;
  /** Why every further request is rejected. */
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Starts the program and waits for its hello. No process and no socket remains after an error.
   * @throws MissingError when the interpreter or a package is missing.
   * @throws SidecarError `sidecar-start-failed` or `protocol-mismatch`.
   * @throws InterruptedError when `options.signal` is aborted.
   */
  static async start(options: SidecarOptions): Promise<Sidecar> {
    const starter = new Starter({
      ...options,
      startSilenceMs: 1000 * (options.startDeadline ?? START_DEADLINE_S),
      onWait: options.onWait ?? (() => {}),
      deadlineMs: options.heartbeat?.deadlineMs ?? DEADLINE_MS,
      onLog: options.onLog ?? (() => {}),
      onPreempted: options.onPreempted ?? (() => {}),
    });
    const started = await starter.start(options.signal ?? new AbortController().signal);
    return new Sidecar(options, starter, started);
  }

  private constructor(options: SidecarOptions, starter: Starter, started: Started) {
    this.#options = options;
    this.#queue = new RequestQueue(options.stack);
    this.#starter = starter;
    this.#hello = started.hello;
    this.#use(started);
  }

  /** The hello of the process that was started last. */
  get hello(): Hello {
    return this.#hello;
  }

  /** Number of restarts. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Sends a request and waits for its reply.
   * @throws MissingError, UsageError or SidecarError with the protocol's code when the sidecar replies with an error.
   * @throws SidecarError `evaluation-died` after two deaths on an evaluation, `request-died` on another request.
   * @throws InterruptedError `interrupted` when the signal is aborted, `sidecar-closed` when the sidecar is closed.
   * @throws the errors of `start` when the process cannot be started again.
   */
  async request<T extends RequestType>(
    type: T,
    body: RequestBody<T>,
    { signal, onProgress }: RequestOptions = {},
  ): Promise<ReplyBody<T>> {
    if (this.#failure !== undefined) throw this.#failure;
    if (signal?.aborted) throw requestInterrupted(type);
    this.#requests += 1;
    const id = String(this.#requests);
    const request: OutgoingRequest = {
      id,
      type,
      text: encodeRequest(id, type, body),
      onProgress: (progress) => signal?.aborted || onProgress?.(progress),
    };
    const reply = await this.#enqueue(request, 'digest' in body ? body.digest : null, signal);
    // PendingRequests has checked that the reply's type belongs to the request.
    return reply as ReplyBody<T>;
  }

  /**
   * Ends the process and rejects the unanswered requests. The sidecar cannot be used afterwards. May be called more than
   * once.
   */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #enqueue(request: OutgoingRequest, digest: string | null, signal: AbortSignal | undefined): Promise<Reply> {
    let abort = () => {};
    const reply = new Promise<Reply>((resolve, reject) => {
      const queued = new QueuedRequest({ request, digest, resolve, reject });
      abort = () => {
        this.#queue.cancel(queued);
        reject(requestInterrupted(request.type));
      };
      this.#queue.add(queued);
    });
    if (signal) {
      // Many requests may share one signal, and Node warns of a leak from the eleventh listener on.
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
    if (this.#failure !== undefined || this.#queue.empty) return;
    if (connection === undefined) this.#restart();
    // A connection that is ending takes no new requests; they are sent after the restart.
    if (connection?.alive !== true) return;
    for (const queued of this.#queue.take(this.#hello.workers)) void this.#send(connection, queued);
  }

  async #send(connection: Connection, queued: QueuedRequest): Promise<void> {
    try {
      const reply = await connection.request(queued.request);
      if (queued.request.type === 'prepare' && queued.digest !== null)
        this.#starter.remember(queued.digest, queued.request);
      this.#queue.remove(queued);
      queued.resolve(reply);
    } catch (error) {
      // #handleDeath handles a death for all requests together.
      if (error instanceof SidecarDeath) return;
      if (!(error instanceof ErrorReply)) throw error;
      this.#handleErrorReply(queued, error);
    }
    this.#dispatch();
  }

  #handleErrorReply(queued: QueuedRequest, reply: ErrorReply): void {
    if (reply.failure.code !== 'worker-died') {
      this.#queue.remove(queued);
      queued.reject(errorOfReply(reply, this.#options.python));
    } else if (this.#queue.workerDied(queued)) {
      queued.reject(repeatedDeaths(queued.request.type, queued.deaths, reply.message));
    }
  }

  #use({ connection, hello, lost }: Started): void {
    this.#hello = hello;
    this.#connection = connection;
    for (const [digest, error] of lost) {
      for (const queued of this.#queue.removeOf(digest)) queued.reject(error);
    }
    void connection.ended.then((death) => this.#handleDeath(death));
  }

  #handleDeath(death: SidecarDeath): void {
    this.#connection = undefined;
    this.#lastDeath = death.message;
    for (const queued of this.#queue.sidecarDied()) {
      queued.reject(repeatedDeaths(queued.request.type, queued.deaths, `the sidecar ${death.message}`));
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
      this.#use(await this.#starter.start(this.#lifetime.signal));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const queued of this.#queue.removeAll()) queued.reject(error);
  }

  async #end(): Promise<void> {
    this.#fail(new InterruptedError('The sidecar was closed before it answered.', { code: 'sidecar-closed' }));
    this.#lifetime.abort();
    await this.#restarting;
    await this.#connection?.close(this.#options.graceMs ?? GRACE_MS);
  }
}

function requestInterrupted(type: RequestType): InterruptedError {
  return interrupted(`The request ${type} was interrupted.`);
}
