import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../src/errors.js';
import { type FollowUp, type PlanResult, plan, planResultSchema, type SearchResult, search } from '../../src/index.js';
import { processTree } from '../../src/system/processes.js';
import { describePlan, plannedRow } from '../../src/terminal/tables/plan.js';
import { ROOT, runCli, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { remember } from '../support/started.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const LAST_ROUND = ['RMINAS.FINALISTS', '2', 'RMINAS.FINALISTS_KEYS', 'OPTIM.MAX_EPOCH 40'];

describe('rminas plan', () => {
  let result: PlanResult;
  let searched: SearchResult;

  beforeAll(async () => {
    vi.stubEnv('RMINAS_HOME', temporaryHome());
    const followUp: FollowUp = { steps: ['retrain', 'export'], keys: [] };
    const after = { verify: 2, verifyEpochs: 3, followUp };
    result = await plan({ cfg: TINY, overrides: LAST_ROUND, cache: false, ...after }).result;
    searched = await search({ cfg: TINY, overrides: LAST_ROUND, cache: false, folder: join(temporaryFolder(), 'run') })
      .result;
    return () => vi.unstubAllEnvs();
  });

  it('says what the configuration comes to, in the documented format', () => {
    expect(planResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      space: { name: 'nas-bench-201', size: 15_625, slots: 6 },
      dataset: { name: 'digits', classes: 10 },
      stopping: { warmup: 12, thresholdRate: 0.3, successes: 6, cap: 72 },
      missing: [],
    });
  });

  it('names what the estimate does not include', () => {
    expect(result.notes).toContain('The time of --verify is not included: 3 trainings of 3 epochs.');
    expect(result.notes).toContain('The time of --then retrain,export is not included.');
  });

  it('simulates how many evaluations the search takes', () => {
    const { low, likely, high, most } = result.evaluations;
    expect(low).toBeGreaterThanOrEqual(12);
    expect(low).toBeLessThanOrEqual(likely);
    expect(likely).toBeLessThanOrEqual(high);
    expect(high).toBeLessThanOrEqual(most);
    expect(most).toBe(73);
    expect(result.architectures.low).toBeGreaterThanOrEqual(18);
  });

  it('measures a few trainings on this machine', () => {
    expect(result.measured?.trainings).toHaveLength(3);
    const [cheap, , dear] = result.measured?.trainings ?? [];
    expect(cheap?.flops).toBeLessThan(dear?.flops ?? 0);
    expect(result.seconds?.likely).toBeGreaterThan(result.seconds?.start ?? Number.NaN);
    expect(result.seconds?.high).toBeGreaterThan(result.seconds?.likely ?? Number.NaN);
  });

  it('includes the trainings of the last round', () => {
    const { low, likely } = result.lastRound?.seconds ?? {};
    expect(result.lastRound).toMatchObject({ architectures: 2, steps: 41 });
    expect(low).toBeGreaterThan(0);
    expect(result.seconds?.likely).toBeGreaterThan((result.seconds?.start ?? 0) + (likely ?? 0));
    expect(describePlan(result)).toMatch(/last round +the 2 best architectures with 41 steps each: .* of the time/);
  });

  it.runIf(process.platform === 'linux')('measures the memory of the workers', () => {
    // A worker holds PyTorch.
    expect(result.memory?.worker).toBeGreaterThan(50e6);
    expect(result.memory?.all).toBeGreaterThan(result.memory?.worker ?? Number.NaN);
  });

  it('tells the size of the journal', () => {
    expect(result.disk?.run).toBeGreaterThan(5000);
    expect(result.disk?.cache).toBe(0);
  });

  it('is compared with the search that follows', () => {
    const { low, high } = result.evaluations;
    expect(searched.planned?.evaluations).toMatchObject({ low, high });
    expect(searched.planned?.seconds?.high).toBeLessThan(result.seconds?.high ?? 0);
    expect(plannedRow(searched)[0]?.[1]).toMatch(/evaluations: it took/);
  });

  it('is told in words', () => {
    const text = describePlan(result);
    expect(text).toContain('15,625 architectures');
    expect(text).toContain('at most 73');
    expect(text).toMatch(/time +likely/);
  });
});

describe('a plan without data', () => {
  it('names what is missing and how to get it, and ends with exit code 3', async () => {
    const overrides = ['RMINAS.RF_WARMUP', '10', 'RMINAS.RF_SUCC', '2'];
    const cwd = temporaryFolder();
    const { code, stdout } = await runCli(['plan', '--cfg', 'nas-bench-201-cifar10', '--json', ...overrides], { cwd });
    expect(code).toBe(3);
    const { missing, seconds, evaluations } = JSON.parse(stdout) as PlanResult;
    expect(missing.map(({ what }) => what)).toEqual(['data set', 'teacher']);
    expect(missing[0]?.nextSteps).toContain('Run: rminas assets fetch cifar10');
    expect(missing[1]?.nextSteps).toContain('Run: rminas assets fetch resnet20');
    expect(seconds).toBeNull();
    expect(evaluations.most).toBe(31);
  });
});

describe('an interrupted plan', () => {
  it('ends with its interruption', async () => {
    const stop = new AbortController();
    const job = plan({ cfg: TINY, signal: stop.signal });
    const reading = (async () => {
      for await (const event of job) if (event.type === 'plan-step') stop.abort();
    })();
    await expect(job.result).rejects.toThrow(InterruptedError);
    await expect(reading).rejects.toThrow(InterruptedError);
  });
});

describe.runIf(process.platform === 'linux')('the tree of processes', () => {
  it('has a process, its descendants, and their memory and time', async () => {
    const child = remember(spawn('sleep', ['60']));
    const { pid = 0 } = child;
    const tree = processTree(process.pid);
    expect(tree[0]).toMatchObject({ pid: process.pid });
    expect(tree[0]?.peakBytes).toBeGreaterThan(1e6);
    expect(tree[0]?.cpuSeconds).toBeGreaterThan(0);
    expect(tree.map((one) => one.pid)).toContain(pid);
    child.kill();
  });

  it('is empty without the process', () => {
    expect(processTree(2 ** 30)).toEqual([]);
  });
});
