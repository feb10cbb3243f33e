/**
 * Searches that are killed, paused and disturbed end like an undisturbed one. The three tests wait more than they
 * compute, so they run at the same time. RMINAS_FAULTS_SEED repeats a run, RMINAS_FAULTS_ROUNDS makes it longer.
 */
import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { essence, evaluatedIn, isStopped, waitUntil } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { report } from './counts.js';
import { command, FaultySearch } from './faulty-search.js';
import { drawMoments, dyingAt, PHASES } from './moments.js';

const SEED = Number(process.env.RMINAS_FAULTS_SEED ?? 1);
/** How often a search meets each kind of fault. */
const ROUNDS = Number(process.env.RMINAS_FAULTS_ROUNDS ?? 1);
const SIDECAR_KILLS = 10;
/** Of test/fixtures/tiny.yaml. */
const WARM_UP = 12;
const NOTHING_LEFT = { processes: 0, sockets: 0, locks: 0 };
const seeded = `RMINAS_FAULTS_SEED=${SEED}`;

/** The undisturbed search: its result, and the number of evaluations in its journal. */
async function searchCalmly() {
  const out = temporaryFolder();
  const { stdout, stderr } = await runCli(command(out));
  expect(stdout, stderr).not.toBe('');
  // A new answer of the vote is evaluated after the end of the search.
  const total = evaluatedIn(join(out, readdirSync(out)[0] ?? '', 'journal.jsonl')).length;
  return { expected: essence(stdout), total };
}

describe.skipIf(process.platform !== 'linux').concurrent('a search with faults', { timeout: scaled(600_000) }, () => {
  const calm = searchCalmly();

  it.for(Array.from({ length: ROUNDS }, (_, round) => round))(
    'ends like an undisturbed one after kills of the controller in every phase (round %i)',
    async (round) => {
      const { expected, total } = await calm;
      const search = new FaultySearch();
      const faults = new Map(PHASES.map((phase) => [phase, 0]));
      const random = createRandom(SEED, 'kill-moments', round);
      for (const { phase, at } of drawMoments(random, { warmup: WARM_UP, total }, () => search.kept.length)) {
        search.start(dyingAt(at));
        const { signal, code, stderr } = await search.running.ended;
        // The signal hit a living process: it did not end by itself.
        expect({ signal, code }, `${at}, ${seeded}, round ${round}: ${stderr}`).toEqual({
          signal: 'SIGKILL',
          code: null,
        });
        search.look();
        faults.set(phase, (faults.get(phase) ?? 0) + 1);
        report('controller killed', phase, { faults: 1, kept: search.kept.length, lost: search.lost });
      }
      search.start();
      search.remember();
      const { stdout } = await search.end();
      expect(essence(stdout)).toEqual(expected);
      expect([...faults.values()].every((count) => count > 0)).toBe(true);
      const counts = { kept: search.kept.length, lost: search.lost, repeated: search.repeated };
      const leftovers = await search.leftovers();
      report('controller killed', 'end', { ...counts, ...leftovers });
      expect(counts).toEqual({ kept: total, lost: 0, repeated: 0 });
      expect(leftovers).toEqual(NOTHING_LEFT);
    },
  );

  it(`ends like an undisturbed one after ${SIDECAR_KILLS} kills of the sidecar`, async () => {
    const { expected, total } = await calm;
    const search = new FaultySearch();
    const random = createRandom(SEED, 'sidecar-kills', 0);
    search.start();
    const killed = new Set<number>();
    for (let kill = 0; kill < SIDECAR_KILLS; kill += 1) {
      const target = Math.floor(((kill + 0.5) * total) / SIDECAR_KILLS) + random.below(2);
      const isNew = () => search.processes.sidecar !== undefined && !killed.has(search.processes.sidecar);
      await waitUntil(() => evaluatedIn(search.journal).length >= target && isNew(), search.running.ended);
      search.remember();
      const { sidecar = 0 } = search.processes;
      // Throws when there is none.
      process.kill(sidecar, 'SIGKILL');
      killed.add(sidecar);
      search.look();
    }
    const { stdout } = await search.end();
    expect(essence(stdout)).toEqual(expected);
    const counts = { faults: killed.size, kept: search.kept.length, lost: search.lost, repeated: search.repeated };
    const leftovers = await search.leftovers();
    report('sidecar killed', 'all', { ...counts, ...leftovers });
    expect(counts).toEqual({ faults: SIDECAR_KILLS, kept: total, lost: 0, repeated: 0 });
    expect(leftovers).toEqual(NOTHING_LEFT);
  });

  it('ends like an undisturbed one despite faults of all kinds and a jumping clock', async () => {
    const { expected, total } = await calm;
    const storm = new Storm();
    storm.start();
    const plan = createRandom(SEED, 'storm', 0);
    const faults = Array.from({ length: ROUNDS }, () => FAULTS).flat();
    for (const [index, [kind, cause]] of faults.entries()) {
      const latest = Math.floor(((index + 1) * (total - 1)) / faults.length);
      await storm.until(Math.max(storm.kept.length, latest - plan.below(2)));
      await cause(storm);
      report('storm', kind, { faults: 1, kept: storm.kept.length, lost: storm.lost });
    }
    const { stdout } = await storm.end();
    expect(essence(stdout)).toEqual(expected);
    const counts = { kept: storm.kept.length, lost: storm.lost, repeated: storm.repeated };
    const leftovers = await storm.leftovers();
    report('storm', 'end', { ...counts, ...leftovers });
    expect(counts, seeded).toEqual({ kept: total, lost: 0, repeated: 0 });
    expect(leftovers, seeded).toEqual(NOTHING_LEFT);
  });
});

const CLOCK = join(ROOT, 'test/faults/clock');
/** Far more than a step of this network takes, even while other tests keep the processors busy. */
const SETTINGS = ['RMINAS.WORKER_DEADLINE', '20'];

/** A search whose clock jumps, and the faults that it meets. */
class Storm extends FaultySearch {
  constructor() {
    const jumping = pathToFileURL(join(CLOCK, 'jumping-clock.mjs'));
    super(SETTINGS, { NODE_OPTIONS: `--import ${jumping}`, PYTHONPATH: CLOCK });
  }

  /** Waits until the journal has this number of evaluations and a worker is running. */
  async until(evaluations: number): Promise<void> {
    const isReady = () => evaluatedIn(this.journal).length >= evaluations && this.processes.worker !== undefined;
    await waitUntil(isReady, this.running.ended);
    this.remember();
  }

  /** @throws Error when there is no such process. */
  signal(process_: 'sidecar' | 'worker', signal: NodeJS.Signals): number {
    this.look();
    const { [process_]: pid } = this.processes;
    if (pid === undefined) throw new Error(`There is no ${process_} to receive ${signal} (${seeded}).`);
    process.kill(pid, signal);
    return pid;
  }

  /** Pauses the sidecar for less time than the heartbeat deadline. */
  async pauseSidecar(): Promise<void> {
    const pid = this.signal('sidecar', 'SIGSTOP');
    await waitUntil(() => isStopped(pid), this.running.ended);
    process.kill(pid, 'SIGCONT');
  }

  async killController(tornLine: string): Promise<void> {
    this.running.child.kill('SIGKILL');
    const { signal, stderr } = await this.running.ended;
    expect(signal, stderr).toBe('SIGKILL');
    this.look();
    if (tornLine !== '') appendFileSync(this.journal, tornLine);
    this.start();
  }

  async intrude(): Promise<void> {
    const size = statSync(this.journal).size;
    const { code, stderr } = await runCli(['search', '--resume', this.folder ?? '']);
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain(`The process ${this.running.child.pid} has been at work in`);
    expect(statSync(this.journal).size).toBeGreaterThanOrEqual(size);
  }
}

const FAULTS: readonly [string, (storm: Storm) => unknown][] = [
  ['worker killed', (storm) => storm.signal('worker', 'SIGKILL')],
  ['second run in the folder', (storm) => storm.intrude()],
  ['worker stuck', (storm) => storm.signal('worker', 'SIGSTOP')],
  ['sidecar paused', (storm) => storm.pauseSidecar()],
  ['sidecar killed', (storm) => storm.signal('sidecar', 'SIGKILL')],
  ['controller killed', (storm) => storm.killController('')],
  ['sidecar stuck', (storm) => storm.signal('sidecar', 'SIGSTOP')],
  ['journal torn', (storm) => storm.killController('{"at":1,"entry":{"type":"evalu')],
];
