/** Starts a sidecar, retries failed starts, and repeats the `prepare` requests of its predecessor. */
import { interrupted, type RminasError } from '../errors.js';
import type { Hello } from '../protocol/messages.js';
import type { Connection, OnPreempted } from './connection.js';
import {
  deviceFailure,
  ErrorReply,
  errorOfReply,
  packageFailure,
  reportedFailure,
  SidecarDeath,
  startFailure,
} from './failures.js';
import { type LaunchOptions, launch } from './launch.js';
import type { OutgoingRequest } from './pending-requests.js';

export interface Started {
  readonly connection: Connection;
  readonly hello: Hello;
  /** The errors of specifications that were prepared before and cannot be prepared again, by digest. */
  readonly lost: ReadonlyMap<string, RminasError>;
}

/** Failed starts in a row before the error is final. */
const MAX_STARTS = 3;

export interface StarterOptions extends LaunchOptions {
  /** See {@link StartLimits}; also the limit of each worker of the sidecar. */
  readonly startSilenceMs: number;
  readonly onWait: (text: string) => void;
  readonly deadlineMs: number;
  readonly onLog: ConstructorParameters<typeof Connection>[2]['onLog'];
  readonly onPreempted: OnPreempted;
}

export class Starter {
  readonly #options: StarterOptions;
  /** Successful `prepare` requests, by the digest of their specification. */
  readonly #prepared = new Map<string, OutgoingRequest>();

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  /** Repeats this `prepare` request at every later start. */
  remember(digest: string, request: OutgoingRequest): void {
    this.#prepared.set(digest, request);
  }

  /**
   * @throws MissingError when the interpreter, a package or the device is missing.
   * @throws SidecarError `sidecar-start-failed` after three failed starts, `protocol-mismatch` for another protocol version.
   * @throws InterruptedError when `signal` is aborted.
   */
  async start(signal: AbortSignal): Promise<Started> {
    for (let starts = 1; ; starts += 1) {
      try {
        return await this.#attempt(signal);
      } catch (error) {
        if (signal.aborted) throw interrupted('The start of the sidecar was interrupted.');
        if (!(error instanceof SidecarDeath)) throw error;
        const { python, device } = this.#options;
        if (exitedWithError(error)) {
          const failure =
            reportedFailure(error.stderr) ??
            packageFailure(error.stderr, python) ??
            deviceFailure(error.stderr, device);
          if (failure !== undefined) throw failure;
        }
        if (starts === MAX_STARTS) throw startFailure(error, starts);
      }
    }
  }

  async #attempt(signal: AbortSignal): Promise<Started> {
    const { startSilenceMs, deadlineMs, onLog, onPreempted, onWait } = this.#options;
    const connection = await launch(this.#options, { deadlineMs, onLog, onPreempted });
    const hello = await connection.awaitHello({ silenceMs: startSilenceMs, onWait }, signal);
    const interrupt = () => connection.kill('was interrupted');
    signal.addEventListener('abort', interrupt);
    try {
      return { connection, hello, lost: await this.#restore(connection) };
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** @throws SidecarDeath */
  async #restore(connection: Connection): Promise<Map<string, RminasError>> {
    const lost = new Map<string, RminasError>();
    for (const [digest, request] of this.#prepared) {
      try {
        await connection.request({ ...request, onProgress: () => {} });
      } catch (error) {
        if (!(error instanceof ErrorReply)) throw error;
        if (error.failure.code === 'worker-died') {
          connection.kill(`lost a worker while preparing: ${error.message}`);
          throw await connection.ended;
        }
        this.#prepared.delete(digest);
        lost.set(digest, errorOfReply(error, this.#options.python));
      }
    }
    return lost;
  }
}

function exitedWithError(death: SidecarDeath): boolean {
  return death.exit.code !== null && death.exit.code !== 0;
}
