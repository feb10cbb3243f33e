import type { ChildProcess } from 'node:child_process';
import { withTimeout } from '../system/with-timeout.js';
import type { Channel, PythoniaReply } from './pythonia.js';

/** How long to wait for the exit after the channel has broken, in ms. */
const EXIT_WAIT_MS = 500;

/**
 * Watches the interpreter: fails all requests when it ends, and ends it with this process.
 *
 * pythonia listens to neither the exit nor the errors of its process. Without a supervisor, a missing program would end
 * Node, and a request to a dead interpreter would wait for its full timeout.
 */
export class ProcessSupervisor {
  readonly #channel: Channel;
  readonly #process: ChildProcess;
  readonly #exited: Promise<true>;
  /** Why requests fail, e.g. `exit code 1`; null while the interpreter runs. */
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
        void this.#handleBrokenChannel(error.message);
      });
    });
    process.on('exit', this.#kill);
    this.#letTheScriptEnd();
  }

  /** Why the interpreter has ended; null while it runs. */
  get ended(): string | null {
    return this.#ended;
  }

  /** Disconnects, then sends SIGTERM, then SIGKILL, each after `graceMs` without an exit. */
  async close(graceMs: number): Promise<void> {
    this.#end('the bridge was closed');
    this.#process.ref();
    if (this.#process.connected) this.#process.disconnect();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await withTimeout(this.#exited, graceMs)) break;
      this.#process.kill(signal);
    }
    await this.#exited;
    process.off('exit', this.#kill);
  }

  readonly #kill = (): void => {
    this.#process.kill('SIGKILL');
  };

  /** A broken channel usually means that the interpreter has ended; its exit is the better reason. */
  async #handleBrokenChannel(reason: string): Promise<void> {
    await withTimeout(this.#exited, EXIT_WAIT_MS);
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

  /** An idle interpreter does not keep Node running. A pending request does, by its time limit. */
  #letTheScriptEnd(): void {
    this.#process.unref();
    this.#process.channel?.unref();
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

const ENDED: PythoniaReply = { key: 'error', val: '', sig: 'the interpreter ended' };
