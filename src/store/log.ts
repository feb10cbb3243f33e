import { appendFileSync } from 'node:fs';

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
      appendFileSync(this.#file, `${new Date().toISOString()} ${text}\n`);
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      this.#onProblem(`${this.#file} could not be written: ${(error as Error).message}`);
    }
  }
}
