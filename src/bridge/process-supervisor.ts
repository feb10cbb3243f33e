import type { ChildProcess } from 'node:child_process';
import { within } from '../sidecar/with-timeout.js';
import type { Channel, Reply } from './pythonia.js';

/** How long after its channel broke an interpreter's exit is awaited. */
const EXIT_NEWS_MS = 500;

/**
 * Sees to it that nobody waits for an interpreter that is gone, and that none is left behind.
 *
 * pythonia itself listens to neither the exit nor the errors of its process: without this, a missing program would
 * end Node, and a request to a dead interpreter would wait for its whole time-out.
 */
export class Lifeline {
  readonly #channel: Channel;
  readonly #process: ChildProcess;
  readonly #exited: Promise<true>;
  /** Why nothing can be asked any more, e.g. `exit code 1`; null while that is not so. */
  #ended: string | null = null;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#process = channel.proc;
    this.#refuseRequestsOnceEnded();
    this.#exited = new Promise((resolve) => {
      this.#process.on('exit', (code, signal) => {
        this.#end(signal ?? `exit code ${code}`);
        resolve(true);
      });
      this.#process.on('error', (error) => {
        if (this.#process.pid === undefined) resolve(true);
        void this.#lose(error.message);
      });
    });
    process.on('exit', this.#kill);
  }

  get ended(): string | null {
    return this.#ended;
  }

  /** Asks the interpreter to end, then insists; settles when it is gone. */
  async close(patienceMs: number): Promise<void> {
    this.#end('the bridge was closed');
    if (this.#process.connected) this.#process.disconnect();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await within(this.#exited, patienceMs)) break;
      this.#process.kill(signal);
    }
    await this.#exited;
    process.off('exit', this.#kill);
  }

  readonly #kill = (): void => {
    this.#process.kill('SIGKILL');
  };

  /** The channel is broken: mostly since the interpreter has ended, and how it did says more. */
  async #lose(reason: string): Promise<void> {
    await within(this.#exited, EXIT_NEWS_MS);
    this.#end(reason);
  }

  #end(how: string): void {
    this.#ended ??= how;
    for (const [request, handler] of Object.entries(this.#channel.handlers)) {
      if (request === 'jsi') continue;
      delete this.#channel.handlers[request];
      handler(ENDED);
    }
  }

  #refuseRequestsOnceEnded(): void {
    const channel = this.#channel;
    const write = channel.write.bind(channel);
    const writeRaw = channel.writeRaw.bind(channel);
    channel.write = (request, handler) => {
      if (this.#ended === null) write(request, handler);
      else handler?.(ENDED);
    };
    channel.writeRaw = (text, request, handler) => {
      if (this.#ended === null) writeRaw(text, request, handler);
      else handler(ENDED);
    };
  }
}

const ENDED: Reply = { key: 'error', val: '', sig: 'the interpreter ended' };
