/** Watches a sidecar from its start to its hello. */
import { Heartbeat } from './heartbeat.js';

export interface StartLimits {
  /** How long the sidecar may show no sign of life, in ms. The start as a whole may take any time. */
  readonly silenceMs: number;
  /** Called now and then with what the start waits for, as a sentence. */
  readonly onWait: (text: string) => void;
}

export interface StartWatchOptions extends StartLimits {
  /** Called once after too long a silence. @param doing what the sidecar was doing, e.g. `importing PyTorch` */
  readonly onSilence: (doing: string) => void;
}

/** When the user is first told of the wait, in ms. Each later time is twice as late, or a minute later. */
const FIRST_REPORT_MS = 5_000;
const MOST_BETWEEN_REPORTS_MS = 60_000;

export class StartWatch {
  readonly #options: StartWatchOptions;
  readonly #beats: Heartbeat;
  readonly #began = performance.now();
  #nextReport: number;
  #doing = 'starting Python';

  constructor(options: StartWatchOptions) {
    const { silenceMs, onSilence } = options;
    this.#options = options;
    this.#nextReport = Math.min(FIRST_REPORT_MS, silenceMs / 2);
    this.#beats = new Heartbeat({
      deadlineMs: silenceMs,
      beat: () => this.#report(),
      onSilence: () => onSilence(this.#doing),
    });
    this.#beats.watch();
  }

  /** Records a sign of life. */
  heard(doing = this.#doing): void {
    this.#doing = doing;
    this.#beats.heard();
  }

  stop(): void {
    this.#beats.stop();
  }

  #report(): void {
    const waited = performance.now() - this.#began;
    if (waited < this.#nextReport) return;
    this.#nextReport = waited + Math.min(waited, MOST_BETWEEN_REPORTS_MS);
    this.#options.onWait(`The sidecar is ${this.#doing} (${Math.round(waited / 1000)} s).`);
  }
}
