import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { peakOf } from '../processes.mjs';

/** The environment in which the sidecar starts its workers. */
export const MEMORY = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };

/** A way to compute steps: a process of Python that answers lines of JSON. */
export class Way {
  #child;
  #lines;

  constructor(python, { args, env }) {
    this.#child = spawn(python, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1', ...env },
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get peak() {
    return peakOf(this.#child.pid);
  }

  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('A way has ended; its output is above.');
    return JSON.parse(value);
  }

  async close() {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once('exit', resolve));
  }
}

/**
 * Seconds of a step of each genotype by each way. The ways take turns.
 * @param typical the figure of several steps, e.g. their median
 * @returns for each way { name, each: seconds of each genotype, answers: the last one of each genotype, peak: MiB }
 */
export async function measure(ways, genotypes, { rounds, steps }, typical) {
  const seconds = ways.map(() => genotypes.map(() => []));
  const answers = ways.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, genotype] of genotypes.entries()) {
      for (const [way, { process }] of ways.entries()) {
        answers[way][at] = await process.ask({ genotype, steps });
        seconds[way][at].push(...answers[way][at].seconds);
      }
    }
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} `);
  }
  return ways.map(({ name, process }, way) => ({
    name,
    each: seconds[way].map(typical),
    answers: answers[way],
    peak: process.peak,
  }));
}
