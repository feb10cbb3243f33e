/** Results that are kept as they come: a line of JSON each. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export class Records {
  #file;
  #lines;

  constructor(file) {
    this.#file = file;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    this.#lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  get lines() {
    return this.#lines;
  }

  /** The line with all of these fields; undefined if there is none. */
  known(fields) {
    const entries = Object.entries(fields);
    return this.#lines.find((line) => entries.every(([key, value]) => line[key] === value));
  }

  /** The line with these fields. Without one, what `make` returns is added to them and kept. */
  async find(fields, make) {
    const known = this.known(fields);
    if (known !== undefined) return known;
    const line = { ...fields, ...(await make()) };
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#lines.push(line);
    return line;
  }
}
