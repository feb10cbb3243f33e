/** Sends heartbeats, and notices when the peer's heartbeats stop. */

const INTERVAL_MS = 1000;

export interface HeartbeatOptions {
  /** How long the peer may be silent, in ms. */
  readonly deadlineMs: number;
  /** Sends one heartbeat. */
  beat(): void;
  /** Called once, when the peer has been silent for longer than the deadline. */
  onSilence(): void;
}

/**
 * Counts silence in beats, not by the clock. If this process was suspended or busy, messages of the peer wait in the
 * socket, and the peer is not at fault.
 */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout;
  readonly #limit: number;
  readonly #options: HeartbeatOptions;
  #silentBeats = 0;
  #watching = false;

  constructor(options: HeartbeatOptions) {
    const interval = Math.min(INTERVAL_MS, Math.ceil(options.deadlineMs / 5));
    this.#options = options;
    this.#limit = Math.ceil(options.deadlineMs / interval);
    this.#timer = setInterval(() => this.#tick(), interval);
  }

  /** Starts counting the peer's silence. */
  watch(): void {
    this.#watching = true;
    this.#silentBeats = 0;
  }

  /** Records a message of the peer. */
  heard(): void {
    this.#silentBeats = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#silentBeats += 1;
    if (this.#watching && this.#silentBeats > this.#limit) {
      this.stop();
      this.#options.onSilence();
    } else {
      this.#options.beat();
    }
  }
}
