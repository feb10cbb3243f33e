import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** A FIFO that nobody reads fails at once and does not block. */
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NONBLOCK ?? 0);

/** The dated lines of a job's log.txt, for people: nothing is read back from it. */
export class Log {
  readonly #file: string;
  readonly #onProblem: (problem: string) => void;
  #failed = false;

  /** @param onProblem called once, with the reason, when a line could not be written */
  constructor(file: string, onProblem: (problem: string) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  /** Appends a line. A log that cannot be written does not end the job. */
  append(text: string): void {
    try {
      const descriptor = openSync(this.#file, APPEND, 0o666);
      try {
        writeSync(descriptor, `${new Date().toISOString()} ${text}\n`);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      this.#onProblem(`${this.#file} could not be written: ${(error as Error).message}`);
    }
  }
}
