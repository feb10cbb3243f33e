import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { isAlive } from '../sidecar/harness.js';
import { childrenOf, essence, evaluatedIn, isStopped, waitUntil } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, type StartedCli, startCli, temporaryFolder } from '../support/run-cli.js';

const SEED = Number(process.env.RMINAS_FAULTS_SEED ?? 1);
/** How often the search meets each kind of fault. */
const ROUNDS = Number(process.env.RMINAS_FAULTS_ROUNDS ?? 1);
const CLOCK = join(ROOT, 'test/faults/clock');
/** Far more than a step of this network takes, even while other tests keep the processors busy. */
const SETTINGS = ['RMINAS.WORKER_DEADLINE', '20'];
const search = (out: string) => ['search', '--cfg', join(ROOT, 'test/fixtures/tiny.yaml'), '--json', '--out', out];
const jumpingClock = () => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(CLOCK, 'jumping-clock.mjs'))}`,
  PYTHONPATH: CLOCK,
});

/** A search in a folder, and the processes that work on it at the moment. */
class StormySearch {
  readonly journal: string;
  faults = 0;
  /** Evaluations that were in the journal at any fault. */
  kept: unknown[] = [];
  lost = 0;
  readonly #folder: string;
  #running: StartedCli;
  readonly #pids = new Set<number>();

  static async begin(): Promise<StormySearch> {
    const out = temporaryFolder();
    const running = startCli([...search(out), ...SETTINGS], { env: jumpingClock() });
    await waitUntil(() => readdirSync(out).length > 0, running.ended);
    return new StormySearch(join(out, readdirSync(out)[0] ?? ''), running);
  }

  private constructor(folder: string, running: StartedCli) {
    this.#folder = folder;
    this.#running = running;
    this.journal = join(folder, 'journal.jsonl');
  }

  get ended() {
    return this.#running.ended;
  }

  /** Processes of the search that outlive it. */
  get leaked(): number[] {
    return [...this.#pids].filter(isAlive);
  }

  /** Waits until the journal has this number of evaluations and a worker is running. */
  async until(evaluations: number): Promise<void> {
    await waitUntil(() => evaluatedIn(this.journal).length >= evaluations && this.#worker() !== undefined, this.ended);
    for (const pid of [this.#sidecar(), this.#worker()]) if (pid !== undefined) this.#pids.add(pid);
  }

  signalWorker(signal: NodeJS.Signals): void {
    this.#signal(this.#worker(), signal);
  }

  signalSidecar(signal: NodeJS.Signals): void {
    this.#signal(this.#sidecar(), signal);
  }

  /** Pauses the sidecar for less time than the heartbeat deadline. */
  async pauseSidecar(): Promise<void> {
    const pid = this.#sidecar();
    this.#signal(pid, 'SIGSTOP');
    await waitUntil(() => isStopped(pid), this.ended);
    if (pid !== undefined) process.kill(pid, 'SIGCONT');
  }

  async killController(tornLine: string): Promise<void> {
    this.#running.child.kill('SIGKILL');
    await this.ended;
    this.#look();
    if (tornLine !== '') appendFileSync(this.journal, tornLine);
    this.#running = startCli(['search', '--resume', this.#folder, '--json'], { env: jumpingClock() });
  }

  async intrude(): Promise<void> {
    const size = statSync(this.journal).size;
    const { code, stderr } = await runCli(['search', '--resume', this.#folder]);
    this.faults += 1;
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain(`The process ${this.#running.child.pid} has been at work in`);
    expect(statSync(this.journal).size).toBeGreaterThanOrEqual(size);
  }

  #signal(pid: number | undefined, signal: NodeJS.Signals): void {
    this.#look();
    if (pid !== undefined) process.kill(pid, signal);
  }

  #look(): void {
    this.faults += 1;
    const now = evaluatedIn(this.journal);
    this.lost += this.kept.filter((entry, index) => JSON.stringify(now[index]) !== JSON.stringify(entry)).length;
    this.kept = now;
  }

  #sidecar(): number | undefined {
    return childrenOf(this.#running.child.pid ?? 0)[0];
  }

  #worker(): number | undefined {
    const sidecar = this.#sidecar();
    return sidecar === undefined ? undefined : childrenOf(sidecar)[0];
  }
}

const FAULTS: readonly [string, (storm: StormySearch) => unknown][] = [
  ['worker killed', (storm) => storm.signalWorker('SIGKILL')],
  ['second run in the folder', (storm) => storm.intrude()],
  ['worker stuck', (storm) => storm.signalWorker('SIGSTOP')],
  ['sidecar paused', (storm) => storm.pauseSidecar()],
  ['sidecar killed', (storm) => storm.signalSidecar('SIGKILL')],
  ['controller killed', (storm) => storm.killController('')],
  ['sidecar stuck', (storm) => storm.signalSidecar('SIGSTOP')],
  ['journal torn', (storm) => storm.killController('{"at":1,"entry":{"type":"evalu')],
];

describe.skipIf(process.platform !== 'linux')('a search with faults', () => {
  it('ends like an undisturbed search despite faults and a jumping clock', {
    timeout: scaled(600_000),
  }, async () => {
    const calm = temporaryFolder();
    const { stdout: expected, stderr: why } = await runCli(search(calm));
    expect(expected, why).not.toBe('');
    // A new answer of the vote is evaluated after the end of the search.
    const total = evaluatedIn(join(calm, readdirSync(calm)[0] ?? '', 'journal.jsonl')).length;
    const storm = await StormySearch.begin();
    const plan = createRandom(SEED, 'storm', 0);
    const faults = Array.from({ length: ROUNDS }, () => FAULTS).flat();
    for (const [index, [, cause]] of faults.entries()) {
      const latest = Math.floor(((index + 1) * (total - 1)) / faults.length);
      await storm.until(Math.max(storm.kept.length, latest - plan.below(2)));
      await cause(storm);
    }
    const { code, stdout, stderr } = await storm.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(essence(stdout)).toEqual(essence(expected));
    const genotypes = evaluatedIn(storm.journal).map(({ genotype }) => genotype);
    const counts = {
      faults: storm.faults,
      evaluations: genotypes.length,
      lost: storm.lost,
      repeated: genotypes.length - new Set(genotypes).size,
      leaked: storm.leaked.length,
    };
    process.stderr.write(`storm (RMINAS_FAULTS_SEED=${SEED}): ${JSON.stringify(counts)}\n`);
    expect(counts).toEqual({ faults: faults.length, evaluations: total, lost: 0, repeated: 0, leaked: 0 });
  });
});
