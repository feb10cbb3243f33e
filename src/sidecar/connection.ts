/** One sidecar process and its transport, from the start to the exit. */
import type { RminasError } from '../errors.js';
import type { FromSidecar, Hello } from '../protocol/messages.js';
import { withTimeout } from '../system/with-timeout.js';
import { SidecarDeath, versionFailure } from './failures.js';
import { Heartbeat } from './heartbeat.js';
import { type OutgoingRequest, PendingRequests, type Reply } from './pending-requests.js';
import type { Child } from './process/child.js';
import { describeExit, type Exit } from './process/exit.js';
import { type StartLimits, StartWatch } from './start-watch.js';
import { decodeMessage, encodeRequest, foreignVersion, ProtocolViolation } from './transport/codec.js';
import type { Transport } from './transport/transport.js';

export type LogLevel = Extract<FromSidecar, { type: 'log' }>['body']['level'];

/** Called when a cluster takes a worker away, with the type of its request; null if it had none. */
export type OnPreempted = (request: string | null) => void;

export interface ConnectionOptions {
  /** How long the sidecar may be silent after its hello, in ms. */
  readonly deadlineMs: number;
  readonly onLog: (level: LogLevel, text: string) => void;
  readonly onPreempted: OnPreempted;
}

/** The id of messages that are neither requests nor replies. */
const NO_REQUEST = '0';
const HEARTBEAT = JSON.stringify({ type: 'heartbeat', id: NO_REQUEST, body: {} });
/** Signs of life on the standard output, before the sidecar has imported ZeroMQ. */
const STARTS = /^rminas_sidecar starts: (.{1,200})$/m;
/** How long the process may outlive its connection, and the connection its process, in ms. */
const GRACE_MS = 1000;

export class Connection {
  /** Resolves when the process has ended, the transport is closed and every pending request is rejected. */
  readonly ended: Promise<SidecarDeath>;
  readonly #transport: Transport;
  readonly #child: Child;
  readonly #onLog: ConnectionOptions['onLog'];
  readonly #onPreempted: OnPreempted;
  readonly #pending = new PendingRequests();
  readonly #heartbeat: Heartbeat;
  /** Resolves with the hello; stays pending if none comes. */
  readonly #hello: Promise<Hello>;
  #resolveHello: (hello: Hello) => void = () => {};
  /** Watches the sidecar until its hello. */
  #start: StartWatch | undefined;
  #saidHello = false;
  /** Resolves when the transport has lost its peer. */
  readonly #disconnected: Promise<true>;
  /** Why the sidecar is being killed. */
  #killReason: string | undefined;
  #killSteps: readonly string[] = [];
  #mismatch: RminasError | undefined;
  #ending = false;

  /** Takes over a process that has just been started with the transport's address. */
  constructor(transport: Transport, child: Child, options: ConnectionOptions) {
    this.#transport = transport;
    this.#child = child;
    this.#onLog = options.onLog;
    this.#onPreempted = options.onPreempted;
    this.#heartbeat = new Heartbeat({
      deadlineMs: options.deadlineMs,
      // The sidecar exits when it hears nothing, also before its hello.
      beat: () => this.#transport.connected && this.#send(HEARTBEAT),
      onSilence: () => this.kill(`sent nothing for ${options.deadlineMs / 1000} s`),
    });
    this.#hello = new Promise((resolve) => {
      this.#resolveHello = resolve;
    });
    this.#disconnected = new Promise((resolve) => {
      transport.onClose((reason) => {
        resolve(true);
        this.#heartbeat.stop();
        void withTimeout(child.exited, GRACE_MS).then((exit) => exit === undefined && this.kill(reason));
      });
    });
    transport.onMessage((text) => this.#receive(text));
    child.onOutput = (text) => {
      const doing = STARTS.exec(text)?.[1];
      if (doing !== undefined) this.#start?.heard(doing);
    };
    this.ended = child.exited.then((exit) => this.#end(exit));
  }

  /** Whether requests can be sent. */
  get alive(): boolean {
    return !this.#ending && this.#killReason === undefined;
  }

  /**
   * Waits for the hello as long as the sidecar shows signs of life. After an error, the process has ended and the
   * transport is closed.
   * @throws SidecarDeath when the sidecar ends or is silent; a new start may succeed.
   * @throws RminasError when a new start cannot succeed.
   */
  async awaitHello({ silenceMs, onWait }: StartLimits, signal: AbortSignal): Promise<Hello> {
    const interrupt = () => this.kill('was interrupted');
    const onSilence = (doing: string) => {
      this.#killSteps = ['If the start only needs more time here, raise RMINAS.START_DEADLINE.'];
      this.kill(`showed no sign of life for ${silenceMs / 1000} s while it was ${doing}`);
    };
    this.#start = new StartWatch({ silenceMs, onWait, onSilence });
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    try {
      const first = await Promise.race([this.#hello, this.ended]);
      if (first instanceof SidecarDeath) throw this.#mismatch ?? first;
      return first;
    } finally {
      this.#start.stop();
      signal.removeEventListener('abort', interrupt);
    }
  }

  /**
   * Sends a request and waits for its reply.
   * @throws ErrorReply when the sidecar replies with an error.
   * @throws SidecarDeath when the sidecar ends before it replies.
   */
  request(request: OutgoingRequest): Promise<Reply> {
    if (!this.alive) {
      return this.ended.then((death) => {
        throw death;
      });
    }
    const reply = this.#pending.add(request);
    this.#send(request.text);
    return reply;
  }

  /** Kills the process. `reason` is a phrase that follows "the sidecar". */
  kill(reason: string): void {
    if (!this.alive) return;
    this.#killReason = reason;
    this.#child.kill();
  }

  /** Asks the sidecar to shut down, and stops it by force where a step takes longer than `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const text = encodeRequest('shutdown', 'shutdown', {});
    const bye = this.request({ id: 'shutdown', type: 'shutdown', text, onProgress: () => {} });
    // A sidecar may exit without a reply.
    await withTimeout(
      bye.catch(() => {}),
      graceMs,
    );
    await this.#child.stop(graceMs);
    await this.ended;
  }

  #send(text: string): void {
    this.#transport.send(text).catch((error: Error) => this.kill(`does not accept messages: ${error.message}`));
  }

  #receive(text: string): void {
    // After a violation, no further message can be trusted.
    if (this.#killReason !== undefined) return;
    this.#heartbeat.heard();
    this.#start?.heard();
    try {
      this.#handle(text);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.kill(error.message);
    }
  }

  #handle(text: string): void {
    const version = this.#saidHello ? undefined : foreignVersion(text);
    if (version !== undefined) {
      this.#mismatch = versionFailure(version);
      this.kill(`speaks version ${version} of the protocol`);
      return;
    }
    const message = decodeMessage(text);
    if (message.type === 'hello') this.#handleHello(message.body);
    else if (message.type === 'starting') this.#start?.heard(message.body.doing);
    else if (message.type === 'log') this.#onLog(message.body.level, message.body.text);
    else if (message.type === 'preempted') this.#onPreempted(message.body.request);
    else if (message.type !== 'heartbeat') this.#handleReply(message);
  }

  #handleReply(message: FromSidecar): void {
    if (this.#pending.accept(message)) return;
    if (message.type === 'error' && message.id === NO_REQUEST) {
      // One request will never be answered, and its id is unknown.
      throw new ProtocolViolation(`did not understand a message: ${message.body.message}`);
    }
    this.#onLog('warning', `The sidecar sent ${message.type} for the request ${message.id}, which is not pending.`);
  }

  #handleHello(hello: Hello): void {
    if (this.#saidHello) throw new ProtocolViolation('said hello twice');
    this.#saidHello = true;
    this.#heartbeat.watch();
    this.#resolveHello(hello);
  }

  async #end(exit: Exit): Promise<SidecarDeath> {
    this.#ending = true;
    this.#heartbeat.stop();
    // Messages that the sidecar sent before its exit are still delivered.
    if (this.#saidHello) await withTimeout(this.#disconnected, GRACE_MS);
    await this.#transport.close();
    const death = new SidecarDeath(
      { reason: this.#killReason ?? describeExit(exit), nextSteps: this.#killSteps },
      exit,
      this.#child.stderr,
    );
    this.#pending.rejectAll(death);
    return death;
  }
}
