/** One-shot searches with a real sidecar: events, result, interruption and resumption. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InterruptedError, UsageError } from '../../../src/errors.js';
import { type OneShotOptions, oneShot } from '../../../src/jobs/one-shot/one-shot.js';
import { type OneShotResult, oneShotResultSchema } from '../../../src/jobs/one-shot/result.js';
import { readRunReport } from '../../../src/report/data/read.js';
import { openLog } from '../../../src/sinks/entries/read.js';
import { describeOneShot } from '../../../src/terminal/tables/one-shot.js';
import { RunLibrary } from '../../../src/ui/library.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder } from '../../support/run-cli.js';

const options = (method: string, ...more: string[]): OneShotOptions => ({
  method,
  cfg: 'quickstart',
  overrides: [
    ...['OPTIM.MAX_EPOCH', '3', 'ONESHOT.IMAGES', '64', 'LOADER.BATCH_SIZE', '32', 'RMINAS.CHANNELS', '2'],
    ...['OUT_DIR', `'${temporaryFolder()}'`],
    ...more,
  ],
});

const operationsIn = (genotype: string) => [...genotype.matchAll(/(\w+)~/g)].map(([, name]) => name);

/** The parts of a result that an interruption must not change: all but times, paths and notes on the configuration. */
function essence({ cost, files: _files, notes: _notes, epochs, ...rest }: OneShotResult): unknown {
  return { ...rest, multiplyAdds: cost.multiplyAdds, epochs: epochs.map(({ seconds: _, ...epoch }) => epoch) };
}

describe('a one-shot search', () => {
  it('ends with the same parameters when it is interrupted and resumed', { timeout: scaled(120_000) }, async () => {
    const told: string[] = [];
    const notices: string[] = [];
    const job = oneShot(options('gdas', 'RMINAS.DEVICE', 'cpu,cpu'));
    for await (const event of job) {
      if (event.type === 'notice') notices.push(event.text);
      if (event.type !== 'training') told.push(event.type);
    }
    const whole = await job.result;
    expect(told.filter((type) => type !== 'notice')).toEqual(['opened', 'found']);
    expect(notices).toContain('RMINAS.DEVICE names 2 devices, and a one-shot search uses the first one only.');
    expect(oneShotResultSchema.parse(whole)).toEqual(whole);
    expect(JSON.parse(readFileSync(whole.files.result, 'utf8'))).toEqual(whole);
    expect(whole).toMatchObject({ method: 'gdas', dataset: 'digits', trainImages: 64, validationImages: 64 });
    expect(whole.alpha).toHaveLength(6);
    expect(whole.epochs.at(-1)).toMatchObject({ epoch: 3, genotype: whole.genotype, alpha: whole.alpha });
    expect(whole.benchmark.answer?.genotype).toBeDefined();
    expect(describeOneShot(whole)).toMatch(/gdas in nas-bench-201 on digits: 3 epochs.*rank \d+ of/s);
    expect(describeOneShot(whole)).toMatch(/2 channels, 1 cell\n/);
    expect(describeOneShot(whole)).toContain(`rminas report ${whole.files.folder}\n`);

    const folder = await interrupt();
    await expectUnfinished(folder);
    const again = await oneShot({ resume: folder }).result;
    expect(again.cost.sessions).toBe(2);
    expect(essence(again)).toEqual(essence(whole));
    await expectReport(folder, again);
    await expectLog(folder, again);
    // A finished search needs no checkpoint.
    rmSync(again.files.checkpoint);
    expect(essence(await oneShot({ resume: folder }).result)).toEqual(essence(whole));
    expect(existsSync(again.files.checkpoint)).toBe(false);
  });

  /** Interrupts a search in its second epoch. Returns its folder. */
  async function interrupt(): Promise<string> {
    const job = oneShot(options('gdas'));
    let folder = '';
    for await (const event of job) {
      if (event.type === 'opened') folder = event.folder;
      if (event.type === 'training' && event.done > 1) break;
    }
    await expect(job.result).rejects.toBeInstanceOf(InterruptedError);
    await expect(job.result).rejects.toMatchObject({ nextSteps: [expect.stringMatching(/rminas one-shot --resume/)] });
    return folder;
  }

  async function expectLog(folder: string, { genotype, epochs }: OneShotResult): Promise<void> {
    const { run, scalars, answer, state } = await openLog(folder)();
    expect({ kind: run.kind, state, answer: answer?.values }).toMatchObject({
      kind: 'one-shot',
      state: 'finished',
      answer: { genotype },
    });
    expect(scalars.map(({ step, values }) => [step, values['one-shot/loss']])).toEqual(
      epochs.map(({ epoch, loss }) => [epoch, loss]),
    );
  }

  async function expectUnfinished(folder: string): Promise<void> {
    expect(await readRunReport(folder)).toMatchObject({
      ...{ kind: 'one-shot', state: 'interrupted', caption: 'No result yet' },
      facts: [{ label: 'epochs', value: expect.stringMatching(/^[1-3] of 3$/) }],
    });
    expect(await new RunLibrary(folder).list()).toMatchObject([
      {
        ...{ kind: 'one-shot', state: 'interrupted', progress: expect.stringMatching(/^one-shot, [1-3] of 3 epochs$/) },
        resume: `rminas one-shot --resume ${folder}`,
      },
    ]);
  }

  async function expectReport(folder: string, result: OneShotResult): Promise<void> {
    const { headline, facts, pictures, sections, ...run } = await readRunReport(folder);
    expect(run).toMatchObject({ kind: 'one-shot', state: 'finished', caption: 'Found by gdas in nas-bench-201' });
    expect(headline).toBe(result.genotype);
    expect(facts[0]).toMatchObject({
      label: 'transfer to cifar10',
      note: expect.stringMatching(/^place .* of 15,625/),
    });
    expect(pictures.answer).not.toBeNull();
    const blocks = sections.flatMap((section) => section.blocks);
    const charts = blocks.flatMap((block) => (block.type === 'chart' ? [block] : []));
    expect(charts.map(({ id }) => id)).toEqual(['alpha', 'loss', 'accuracy', 'multiply-adds', 'seconds']);
    const [alpha, loss, accuracy] = charts.map(({ chart }) => chart);
    if (alpha?.kind !== 'heatmap' || loss?.kind !== 'plane' || accuracy?.kind !== 'plane') throw new Error('no charts');
    expect(alpha.values).toHaveLength(6);
    expect(alpha.chosen.map((column) => alpha.columns[column ?? -1])).toEqual(operationsIn(result.genotype));
    expect(alpha.chosen).toEqual(alpha.values.map((row) => row.indexOf(Math.max(...row.map(Number)))));
    expect(loss.series[0]?.points.map(({ y }) => y)).toEqual(result.epochs.map((epoch) => epoch.loss));
    expect(accuracy.series.map(({ name, points }) => [name, points.length])).toContainEqual(['cifar10', 3]);
    expect(await new RunLibrary(folder).list()).toMatchObject([{ state: 'finished', resume: null }]);
  }

  it('keeps nothing when it is interrupted before it has a folder', async () => {
    const { result } = oneShot({ ...options('gdas'), signal: AbortSignal.abort() });
    const message = 'The one-shot search was interrupted before it began.';
    await expect(result).rejects.toMatchObject({ code: 'interrupted', message, nextSteps: [] });
  });

  it('refuses wrong options', async () => {
    const wrong = oneShot({ methd: 'gdas' } as OneShotOptions).result;
    await expect(wrong).rejects.toThrow(/oneShot\(\) has no option 'methd'/);
    await expect(wrong).rejects.toBeInstanceOf(UsageError);
  });
});
