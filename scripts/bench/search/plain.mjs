import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('plain_loop.py', import.meta.url));
const packages = fileURLToPath(new URL('../../../python', import.meta.url));

/** The process of plain_loop.py. It handles one request at a time. */
export class PlainLoop {
  #child;
  #lines;

  /** @param batch digest of our batch; the plain loop must draw the same batch */
  static async start({ python, threads, device, specification, assets, batch, originals = false }) {
    const flags = originals ? ['--originals'] : [];
    const loop = new PlainLoop(python, ['--threads', String(threads), '--device', device, ...flags]);
    const answer = await loop.#ask({ specification, assets });
    if (batch !== undefined && answer.batch !== batch) {
      await loop.close();
      throw new Error(`The plain loop has drawn the batch ${answer.batch} instead of ${batch}.`);
    }
    loop.batch = answer.batch;
    return loop;
  }

  constructor(python, args) {
    this.#child = spawn(python, [program, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONPATH: packages },
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#child.pid;
  }

  /** @returns curve and seconds. @param updates see plain_loop.py */
  evaluate({ genotype, seed, updates }) {
    return this.#ask({ genotype, seed, updates });
  }

  async close() {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once('exit', resolve));
  }

  async #ask(body) {
    this.#child.stdin.write(`${JSON.stringify(body)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The plain loop has ended; its output is above.');
    return JSON.parse(value);
  }
}
