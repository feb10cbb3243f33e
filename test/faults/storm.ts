/** A search under a jumping clock, and the faults that it meets. */
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { FORKING } from '../setup/fork-server.js';
import { evaluatedIn, isStopped, waitUntil } from '../support/journals.js';
import { ROOT, runCli } from '../support/run-cli.js';
import { FaultySearch } from './faulty-search.js';

const CLOCK = join(ROOT, 'test/faults/clock');
const JUMPING = { ...FORKING, RMINAS_TEST_FIRST: join(CLOCK, 'jumping_clock.py') };
/** Far more than a step of this network takes, even while other tests keep the processors busy. */
const SETTINGS = ['RMINAS.WORKER_DEADLINE', '20'];

export class Storm extends FaultySearch {
  /** @param python variables of the Python processes, whose clocks jump as well by default */
  constructor(python: NodeJS.ProcessEnv = JUMPING) {
    const jumping = pathToFileURL(join(CLOCK, 'jumping-clock.mjs'));
    super(SETTINGS, { NODE_OPTIONS: `--import ${jumping}`, ...python });
  }

  /** Waits until the journal has this number of evaluations and a worker is running, or until the search has ended. */
  async until(evaluations: number): Promise<void> {
    const isReady = () => evaluatedIn(this.journal).length >= evaluations && this.processes.worker !== undefined;
    await waitUntil(isReady, this.running.ended);
    this.remember();
  }

  /** @returns the process that received the signal; undefined if there is none */
  signal(process_: 'sidecar' | 'worker', signal: NodeJS.Signals): number | undefined {
    this.look();
    const { [process_]: pid } = this.processes;
    return pid !== undefined && sent(pid, signal) ? pid : undefined;
  }

  /** Pauses the sidecar for less time than the heartbeat deadline. */
  async pauseSidecar(): Promise<boolean> {
    const pid = this.signal('sidecar', 'SIGSTOP');
    if (pid === undefined) return false;
    await waitUntil(() => isStopped(pid), this.running.ended);
    return sent(pid, 'SIGCONT');
  }

  async killController(tornLine: string): Promise<boolean> {
    this.running.child.kill('SIGKILL');
    const { signal } = await this.running.ended;
    this.look();
    if (signal !== 'SIGKILL') return false;
    if (tornLine !== '') appendFileSync(this.journal, tornLine);
    this.start();
    return true;
  }

  async intrude(): Promise<boolean> {
    const size = statSync(this.journal).size;
    const { code, stderr } = await runCli(['search', '--resume', this.folder ?? '']);
    if (code === 0) return false;
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toContain(`The process ${this.running.child.pid} has been at work in`);
    expect(statSync(this.journal).size).toBeGreaterThanOrEqual(size);
    return true;
  }
}

/** Whether a process received a signal. */
function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

export interface Fault {
  readonly kind: string;
  /** Whether it needs an evaluation that no fault has met: a genotype that two workers die on would fail. */
  readonly needsProgress: boolean;
  /** @returns whether it hit a living process */
  inject(storm: Storm): boolean | Promise<boolean>;
}

const fault = (kind: string, inject: Fault['inject'], needsProgress = true): Fault => ({ kind, needsProgress, inject });

export const FAULTS: readonly Fault[] = [
  fault('worker killed', (storm) => storm.signal('worker', 'SIGKILL') !== undefined),
  fault('worker stuck', (storm) => storm.signal('worker', 'SIGSTOP') !== undefined),
  // The search stands still meanwhile: it has one worker.
  fault('second run in the folder', (storm) => storm.intrude(), false),
  fault('sidecar paused', (storm) => storm.pauseSidecar()),
  fault('sidecar killed', (storm) => storm.signal('sidecar', 'SIGKILL') !== undefined),
  fault('controller killed', (storm) => storm.killController('')),
  fault('sidecar stuck', (storm) => storm.signal('sidecar', 'SIGSTOP') !== undefined),
  fault('journal torn', (storm) => storm.killController('{"at":1,"entry":{"type":"evalu')),
];
