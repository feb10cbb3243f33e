/** Starts a sidecar, more than once if need be, and brings it to where the last one was. */
import { InterruptedError, type RminasError } from '../errors.js';
import type { Hello } from '../protocol/messages.js';
import type { Connection } from './connection.js';
import { deviceFailure, packageFailure, Refusal, refusalError, SidecarDeath, startFailure } from './failures.js';
import { type LaunchOptions, launch } from './launch.js';
import type { OutgoingRequest } from './pending-requests.js';

export interface Started {
  readonly connection: Connection;
  readonly hello: Hello;
  /** The specifications, by digest, that could be prepared before and now cannot, and why. */
  readonly lost: ReadonlyMap<string, RminasError>;
}

/** Starts that may fail in a row. */
const MAX_STARTS = 3;

export interface StarterOptions extends LaunchOptions {
  readonly startTimeoutMs: number;
  readonly deadlineMs: number;
  readonly onLog: ConstructorParameters<typeof Connection>[2]['onLog'];
}

export class Starter {
  readonly #options: StarterOptions;
  /** Requests that have been granted, by the digest of their specification. */
  readonly #prepared = new Map<string, OutgoingRequest>();

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  /** Every sidecar that is started from now on gets this `prepare` request first. */
  remember(digest: string, request: OutgoingRequest): void {
    this.#prepared.set(digest, request);
  }

  /**
   * @throws MissingError when the interpreter, a package or the device is missing; SidecarError `sidecar-start-failed` after three
   *   failures in a row, `protocol-mismatch` for a sidecar of another version; InterruptedError when `signal` says so.
   */
  async start(signal: AbortSignal): Promise<Started> {
    for (let starts = 1; ; starts += 1) {
      try {
        return await this.#attempt(signal);
      } catch (error) {
        if (signal.aborted)
          throw new InterruptedError('The start of the sidecar was interrupted.', { code: 'interrupted' });
        if (!(error instanceof SidecarDeath)) throw error;
        const { python, device } = this.#options;
        if (endedByItself(error)) {
          const failure = packageFailure(error.stderr, python) ?? deviceFailure(error.stderr, device);
          if (failure !== undefined) throw failure;
        }
        if (starts === MAX_STARTS) throw startFailure(error, starts);
      }
    }
  }

  async #attempt(signal: AbortSignal): Promise<Started> {
    const { startTimeoutMs, deadlineMs, onLog } = this.#options;
    const connection = await launch(this.#options, { deadlineMs, onLog });
    const hello = await connection.awaitHello(startTimeoutMs, signal);
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
        await connection.ask({ ...request, onProgress: () => {} });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.failure.code === 'worker-died') {
          connection.kill(`lost a worker while getting ready: ${error.message}`);
          throw await connection.ended;
        }
        this.#prepared.delete(digest);
        lost.set(digest, refusalError(error, this.#options.python));
      }
    }
    return lost;
  }
}

function endedByItself(death: SidecarDeath): boolean {
  return death.exit.code !== null && death.exit.code !== 0;
}
