/** Heartbeats: sends them, and notices when the peer's stop. */

const INTERVAL_MS = 1000;

export interface PulseOptions {
  /** How long the peer may be silent, in ms. */
  readonly deadlineMs: number;
  beat(): void;
  /** The peer has been silent for too long: called once. */
  silent(): void;
}

/**
 * Silence is counted in beats and not by the clock: when this process was itself suspended or busy, the peer's
 * messages are waiting, and nothing may be held against it.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  readonly #limit: number;
  readonly #options: PulseOptions;
  #silentBeats = 0;
  #listening = false;

  constructor(options: PulseOptions) {
    const interval = Math.min(INTERVAL_MS, Math.ceil(options.deadlineMs / 5));
    this.#options = options;
    this.#limit = Math.ceil(options.deadlineMs / interval);
    this.#timer = setInterval(() => this.#tick(), interval);
  }

  /** From now on the peer has to be heard. */
  listen(): void {
    this.#listening = true;
    this.#silentBeats = 0;
  }

  heard(): void {
    this.#silentBeats = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#silentBeats += 1;
    if (this.#listening && this.#silentBeats > this.#limit) {
      this.stop();
      this.#options.silent();
    } else {
      this.#options.beat();
    }
  }
}
