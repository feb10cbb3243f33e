/** A search in a folder of its own, which faults interrupt and which is resumed until it ends. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isAlive } from '../sidecar/harness.js';
import { childrenOf, evaluatedIn, linesOf } from '../support/journals.js';
import { eventually } from '../support/limits.js';
import { type CliResult, ROOT, type StartedCli, startCli, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { familyOf } from './machine.js';

/** Files that only a running or killed process has in the folder of a run. */
const LOCK = /^lock-|\.\d+$|\.draft$/;

export const command = (out: string, ...more: string[]) => [
  ...['search', '--cfg', join(ROOT, 'test/fixtures/tiny.yaml'), '--json', '--out', out, '--verify', '1'],
  ...['--verify-epochs', '1', ...more],
];

/** What is left of a search that has ended: nothing, if all is well. */
export interface Leftovers {
  readonly processes: number;
  /** Folders among the temporary files: of sockets, and others of this program. */
  readonly sockets: number;
  readonly locks: number;
}

export class FaultySearch {
  /** Evaluations that were in the journal at the last fault. */
  kept: unknown[] = [];
  /** Evaluations that were in the journal at a fault, and changed later. */
  lost = 0;
  readonly #out = temporaryFolder();
  readonly #temporary = join(this.#out, 'tmp');
  readonly #settings: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #pids = new Set<number>();
  #running: StartedCli | undefined;

  /**
   * @param settings pairs of keys and values for the first start
   * @param environment of all starts
   */
  constructor(settings: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) {
    this.#settings = settings;
    // One home, so that a later start can sweep up after an earlier one.
    this.#environment = { RMINAS_HOME: temporaryHome(), TMPDIR: this.#temporary, ...environment };
    mkdirSync(this.#temporary);
  }

  get running(): StartedCli {
    if (this.#running === undefined) throw new Error('the search was not started');
    return this.#running;
  }

  /** The folder of the run; undefined before its journal has a line. */
  get folder(): string | undefined {
    const runs = join(this.#out, 'runs');
    const found = readdirSync(this.#out).includes('runs') ? readdirSync(runs) : [];
    return found.map((name) => join(runs, name)).find((run) => linesOf(join(run, 'journal.jsonl')).length > 0);
  }

  get journal(): string {
    return join(this.folder ?? this.#out, 'journal.jsonl');
  }

  /** Starts the search, or resumes it if it has begun. */
  start(environment: NodeJS.ProcessEnv = {}): void {
    const { folder } = this;
    const args =
      folder === undefined
        ? command(join(this.#out, 'runs'), ...this.#settings)
        : ['search', '--resume', folder, '--json'];
    this.#running = startCli(args, { env: { ...this.#environment, ...environment } });
  }

  /** The sidecar, and a worker of it. Undefined while there is none. */
  get processes(): { readonly sidecar: number | undefined; readonly worker: number | undefined } {
    const [sidecar] = childrenOf(this.running.child.pid ?? 0);
    const worker = sidecar === undefined ? undefined : childrenOf(sidecar)[0];
    return { sidecar, worker };
  }

  /** Remembers the processes that work on the search at the moment. */
  remember(): void {
    const { pid } = this.running.child;
    if (pid !== undefined) for (const one of familyOf(pid)) this.#pids.add(one);
  }

  /** Compares the journal with that at the fault before. */
  look(): void {
    const now = evaluatedIn(this.journal);
    this.lost += this.kept.filter((entry, index) => JSON.stringify(now[index]) !== JSON.stringify(entry)).length;
    this.kept = now;
  }

  /** Waits for the end, which must be a success. */
  async end(): Promise<CliResult> {
    const result = await this.running.ended;
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
    this.look();
    return result;
  }

  /** How many architectures were evaluated more than once. */
  get repeated(): number {
    const genotypes = evaluatedIn(this.journal).map(({ genotype }) => genotype);
    return genotypes.length - new Set(genotypes).size;
  }

  /** What is left when the processes have had the time to end. */
  async leftovers(): Promise<Leftovers> {
    await eventually(() => expect([...this.#pids].filter(isAlive)).toEqual([]));
    return {
      processes: [...this.#pids].filter(isAlive).length,
      sockets: readdirSync(this.#temporary).filter((name) => name.startsWith('rminas-')).length,
      locks: readdirSync(this.folder ?? this.#out).filter((name) => LOCK.test(name)).length,
    };
  }
}
