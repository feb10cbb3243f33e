/** Reads a journal on from where it was read last. */
import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { withFile } from '../system/files.js';
import { parseJson } from '../system/json.js';
import { splitLine } from './journal-line.js';
import { type WholeLine, wholeLines } from './lines.js';

const MOST_JOURNAL_BYTES = 2 ** 32;
/** Lines after which others may work. */
const AT_ONCE = 200;

/** The whole lines of a journal that were written since the last call. A torn line is read when it is whole. */
export class JournalTail {
  readonly #file: string;
  #end = 0;
  #inode = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * @param take receives each new line as JSON
   * @param restart called before the lines when the journal was replaced or cut
   * @returns whether there were any
   * @throws what `take` throws; the next call begins with that line again
   */
  async readOn(take: (json: unknown) => void, restart: () => void): Promise<boolean> {
    const stats = statSync(this.#file, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile()) return false;
    if (stats.ino !== this.#inode || stats.size < this.#end) {
      restart();
      this.#end = 0;
      this.#inode = stats.ino;
    }
    if (stats.size === this.#end) return false;
    const before = this.#end;
    for (;;) {
      const lines = this.#some();
      if (lines.length === 0) return this.#end > before;
      for (const { text, end } of lines) {
        take(parseJson(splitLine(text).json));
        this.#end = end;
      }
      await setImmediate();
    }
  }

  #some(): WholeLine[] {
    return withFile(this.#file, MOST_JOURNAL_BYTES, (descriptor) => {
      const lines: WholeLine[] = [];
      for (const line of wholeLines(descriptor, this.#end)) {
        lines.push(line);
        if (lines.length >= AT_ONCE) break;
      }
      return lines;
    });
  }
}
