/** One sidecar from its start to its end: a process, a transport, and what they have to say to each other. */
import type { RminasError } from '../errors.js';
import type { FromSidecar, Hello } from '../protocol/messages.js';
import { decode, encodeRequest, foreignVersion, ProtocolViolation } from './codec.js';
import { SidecarDeath, versionFailure } from './failures.js';
import { Pulse } from './heartbeat.js';
import { Exchanges, type OutgoingRequest, type Reply } from './pending-requests.js';
import { type Child, describeExit, type Exit } from './process.js';
import type { Transport } from './transport.js';
import { within } from './with-timeout.js';

export type LogLevel = Extract<FromSidecar, { type: 'log' }>['body']['level'];

export interface ConnectionOptions {
  /** How long the sidecar may be silent once it has said hello, in ms. */
  readonly deadlineMs: number;
  readonly onLog: (level: LogLevel, text: string) => void;
}

/** The id of what is no request and of what answers none. */
const NO_REQUEST = '0';
const HEARTBEAT = JSON.stringify({ type: 'heartbeat', id: NO_REQUEST, body: {} });
/** How long a process may take to end once its connection has closed, and the other way round, in ms. */
const PARTING_MS = 1000;

export class Connection {
  /** Answers when the process has ended, the transport is closed and every open request has been rejected. */
  readonly ended: Promise<SidecarDeath>;
  readonly #transport: Transport;
  readonly #child: Child;
  readonly #onLog: ConnectionOptions['onLog'];
  readonly #exchanges = new Exchanges();
  readonly #pulse: Pulse;
  /** Answers with the hello; never, when none comes. */
  readonly #greeting: Promise<Hello>;
  #greet: (hello: Hello) => void = () => {};
  #greeted = false;
  /** Answers when the transport has lost its peer. */
  readonly #lost: Promise<true>;
  /** Why the sidecar is being killed. */
  #reason: string | undefined;
  #mismatch: RminasError | undefined;
  #ending = false;

  /** Takes over a process that has just been started and told the transport's address. */
  constructor(transport: Transport, child: Child, options: ConnectionOptions) {
    this.#transport = transport;
    this.#child = child;
    this.#onLog = options.onLog;
    this.#pulse = new Pulse({
      deadlineMs: options.deadlineMs,
      // The sidecar ends itself when it hears nothing, also while it is still getting ready.
      beat: () => this.#transport.connected && this.#send(HEARTBEAT),
      silent: () => this.kill(`sent nothing for ${options.deadlineMs / 1000} s`),
    });
    this.#greeting = new Promise((resolve) => {
      this.#greet = resolve;
    });
    this.#lost = new Promise((resolve) => {
      transport.onClose((reason) => {
        resolve(true);
        this.#pulse.stop();
        void within(child.exited, PARTING_MS).then((exit) => exit === undefined && this.kill(reason));
      });
    });
    transport.onMessage((text) => this.#receive(text));
    this.ended = child.exited.then((exit) => this.#end(exit));
  }

  /** Whether a request may still be answered. */
  get alive(): boolean {
    return !this.#ending && this.#reason === undefined;
  }

  /**
   * Waits for the hello.
   * @throws SidecarDeath when it does not come in time; RminasError when there is no use in starting the program
   *   again. By then the process has ended and the transport is closed.
   */
  async awaitHello(timeoutMs: number, signal: AbortSignal): Promise<Hello> {
    const interrupt = () => this.kill('was interrupted');
    const timer = setTimeout(() => this.kill(`did not say hello within ${timeoutMs / 1000} s`), timeoutMs);
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    try {
      const first = await Promise.race([this.#greeting, this.ended]);
      if (first instanceof SidecarDeath) throw this.#mismatch ?? first;
      return first;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** @throws Refusal when the sidecar answers with an error; SidecarDeath when it ends before it has answered. */
  ask(request: OutgoingRequest): Promise<Reply> {
    if (!this.alive) {
      return this.ended.then((death) => {
        throw death;
      });
    }
    const reply = this.#exchanges.open(request);
    this.#send(request.text);
    return reply;
  }

  /** Ends the sidecar at once. What it is doing wrong, to follow "the sidecar", becomes the reason of its death. */
  kill(reason: string): void {
    if (!this.alive) return;
    this.#reason = reason;
    this.#child.kill();
  }

  /** Ends the sidecar in order, or, where a step takes more than `patienceMs`, by force. */
  async close(patienceMs: number): Promise<void> {
    const text = encodeRequest('shutdown', 'shutdown', {});
    const bye = this.ask({ id: 'shutdown', type: 'shutdown', text, onProgress: () => {} });
    // A sidecar that ends without saying so has ended all the same.
    await within(
      bye.catch(() => {}),
      patienceMs,
    );
    await this.#child.stop(patienceMs);
    await this.ended;
  }

  #send(text: string): void {
    this.#transport.send(text).catch((error: Error) => this.kill(`takes no messages: ${error.message}`));
  }

  #receive(text: string): void {
    // After a violation nothing of what still comes can be trusted.
    if (this.#reason !== undefined) return;
    this.#pulse.heard();
    try {
      this.#take(text);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.kill(error.message);
    }
  }

  #take(text: string): void {
    const version = this.#greeted ? undefined : foreignVersion(text);
    if (version !== undefined) {
      this.#mismatch = versionFailure(version);
      this.kill(`speaks version ${version} of the protocol`);
      return;
    }
    const message = decode(text);
    if (message.type === 'hello') this.#takeHello(message.body);
    else if (message.type === 'log') this.#onLog(message.body.level, message.body.text);
    else if (message.type !== 'heartbeat') this.#takeReply(message);
  }

  #takeReply(message: FromSidecar): void {
    if (this.#exchanges.accept(message)) return;
    if (message.type === 'error' && message.id === NO_REQUEST) {
      // One of the requests will never be answered, and it cannot be told which.
      throw new ProtocolViolation(`did not understand a message: ${message.body.message}`);
    }
    this.#onLog('warning', `The sidecar sent ${message.type} for the request ${message.id}, which is not open.`);
  }

  #takeHello(hello: Hello): void {
    if (this.#greeted) throw new ProtocolViolation('said hello twice');
    this.#greeted = true;
    this.#pulse.listen();
    this.#greet(hello);
  }

  async #end(exit: Exit): Promise<SidecarDeath> {
    this.#ending = true;
    this.#pulse.stop();
    // What it sent before its end still counts.
    if (this.#greeted) await within(this.#lost, PARTING_MS);
    await this.#transport.close();
    const death = new SidecarDeath(this.#reason ?? describeExit(exit), exit, this.#child.stderr);
    this.#exchanges.rejectAll(death);
    return death;
  }
}
