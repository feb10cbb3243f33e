/** One-shot searches with a real sidecar: events, result, interruption and resumption. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InterruptedError, UsageError } from '../../../src/errors.js';
import { type OneShotOptions, oneShot } from '../../../src/jobs/one-shot/one-shot.js';
import { type OneShotResult, oneShotResultSchema } from '../../../src/jobs/one-shot/result.js';
import { readRunReport } from '../../../src/report/data/read.js';
import { describeOneShot } from '../../../src/terminal/tables/one-shot.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder } from '../../support/run-cli.js';

const options = (method: string): OneShotOptions => ({
  method,
  cfg: 'quickstart',
  overrides: [
    ...['OPTIM.MAX_EPOCH', '3', 'ONESHOT.IMAGES', '64', 'LOADER.BATCH_SIZE', '32', 'RMINAS.CHANNELS', '2'],
    ...['OUT_DIR', `'${temporaryFolder()}'`],
  ],
});

/** The parts of a result that an interruption must not change: all but times, paths and notes on the configuration. */
function essence({ cost, files: _files, notes: _notes, epochs, ...rest }: OneShotResult): unknown {
  return { ...rest, multiplyAdds: cost.multiplyAdds, epochs: epochs.map(({ seconds: _, ...epoch }) => epoch) };
}

describe('a one-shot search', () => {
  it('ends with the same parameters when it is interrupted and resumed', { timeout: scaled(120_000) }, async () => {
    const told: string[] = [];
    const job = oneShot(options('gdas'));
    for await (const event of job) if (event.type !== 'training') told.push(event.type);
    const whole = await job.result;
    expect(told.filter((type) => type !== 'notice')).toEqual(['opened', 'found']);
    expect(oneShotResultSchema.parse(whole)).toEqual(whole);
    expect(JSON.parse(readFileSync(whole.files.result, 'utf8'))).toEqual(whole);
    expect(whole).toMatchObject({ method: 'gdas', dataset: 'digits', trainImages: 64, validationImages: 64 });
    expect(whole.alpha).toHaveLength(6);
    expect(whole.epochs.at(-1)).toMatchObject({ epoch: 3, genotype: whole.genotype, alpha: whole.alpha });
    expect(whole.benchmark.answer?.genotype).toBeDefined();
    expect(describeOneShot(whole)).toMatch(/gdas in nas-bench-201 on digits: 3 epochs.*rank \d+ of/s);

    const folder = await interrupt();
    const again = await oneShot({ resume: folder }).result;
    expect(again.cost.sessions).toBe(2);
    expect(essence(again)).toEqual(essence(whole));
    await expect(readRunReport(folder)).rejects.toThrow(/is a one-shot search, which has no report page/);
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

  it('refuses wrong options', async () => {
    const wrong = oneShot({ methd: 'gdas' } as OneShotOptions).result;
    await expect(wrong).rejects.toThrow(/oneShot\(\) has no option 'methd'/);
    await expect(wrong).rejects.toBeInstanceOf(UsageError);
  });
});
