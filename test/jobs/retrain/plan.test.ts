/** Plans of retrainings, and invalid ones. */
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { dumpConfig } from '../../../src/config/index.js';
import { MissingError, UsageError } from '../../../src/errors.js';
import { RETRAINING_JOURNAL } from '../../../src/jobs/retrain/journal.js';
import { planNewRetraining, planResumedRetraining, retrainingHeaderOf } from '../../../src/jobs/retrain/plan.js';
import { retrain } from '../../../src/jobs/retrain/retrain.js';
import { jobFolderAt } from '../../../src/store/folder.js';
import { readJob } from '../../../src/store/job-store.js';
import { JournalWriter } from '../../../src/store/journal-file.js';

const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const DIGITS = ['LOADER.DATASET', 'digits'];

describe('a new retraining', () => {
  it('has the seed of the configuration, or the given seeds', async () => {
    const of = async (seeds?: readonly number[]) =>
      (await planNewRetraining({ genotype: NB201, overrides: ['RNG_SEED', '7'], seeds })).seeds;
    expect(await of()).toEqual([7]);
    expect(await of([3, 1])).toEqual([3, 1]);
  });

  it('is in the space of its genotype, unless another space is given', async () => {
    const { plan } = await planNewRetraining({ genotype: '12012012' });
    expect(plan.retraining).toMatchObject({ space: 'nas-bench-macro', genotype: '12012012' });
    const other = planNewRetraining({ genotype: '12012012', overrides: ['SPACE.NAME', 'proxyless'] });
    await expect(other).rejects.toThrow(/proxyless|ProxylessNAS/i);
  });

  it.each<[string, Parameters<typeof planNewRetraining>[0], RegExp]>([
    ['no architecture', {}, /No architecture was given/],
    ['an architecture of no space', { genotype: '|conv~0|' }, /not a genotype of any space/],
    ['no seed', { genotype: NB201, seeds: [] }, /The seeds/],
    ['a seed twice', { genotype: NB201, seeds: [3, 1, 3] }, /The seeds 3, 1, 3/],
    ['an unknown key', { genotype: NB201, overrides: ['OPTIM.EPOCHS', '3'] }, /OPTIM\.EPOCHS/],
    ['a configuration that is not there', { genotype: NB201, cfg: '/nowhere.yaml' }, /nowhere\.yaml does not exist/],
  ])('cannot have %s', async (_, options, text) => {
    const attempt = planNewRetraining(options);
    await expect(attempt).rejects.toThrow(text);
    await expect(attempt).rejects.toBeInstanceOf(UsageError);
  });
});

describe('the options of a retraining', () => {
  const plan = async (...overrides: string[]) =>
    (await planNewRetraining({ genotype: NB201, overrides: [...DIGITS, ...overrides] })).plan;

  it('are left out at their defaults, so that earlier retrainings keep their digest', async () => {
    const { retraining } = await plan();
    expect(Object.keys(retraining.recipe)).not.toContain('precision');
    expect(retraining.recipe).not.toHaveProperty('patience');
    expect(retraining.recipe).not.toHaveProperty('distillation');
  });

  it('are in the recipe, and those of the teacher in config.yaml', async () => {
    const keys = ['RMINAS.RETRAIN_PRECISION', 'bf16', 'RMINAS.PATIENCE', '3', 'RMINAS.DISTILLATION_WEIGHT', '0.5'];
    const { retraining, settings } = await plan(...keys);
    expect(retraining.recipe).toMatchObject({
      precision: 'bf16',
      patience: 3,
      distillation: { weight: 0.5, temperature: 4, teacher: { architecture: 'digits-resnet', mode: 'eval' } },
    });
    expect(dumpConfig(settings)).toMatch(/TEACHER: ''/);
  });

  it('refuse a distillation without a teacher for it', async () => {
    const named = plan('RMINAS.DISTILLATION_WEIGHT', '0.5', 'RMINAS.TEACHER_ARCH', 'nobody');
    await expect(named).rejects.toMatchObject({ code: 'unknown-teacher' });
  });
});

describe('a resumed retraining', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'rminas-retraining-')), 'run');
    mkdirSync(folder);
    const planned = await planNewRetraining({ genotype: NB201, overrides: DIGITS, seeds: [1, 2], data: '/data' });
    writeFileSync(join(folder, 'config.yaml'), dumpConfig(planned.plan.settings));
    const journal = new JournalWriter(join(folder, 'journal.jsonl'));
    journal.append(retrainingHeaderOf(planned));
    journal.close();
  });

  const resume = async (options = {}) =>
    planResumedRetraining(readJob(jobFolderAt(folder), RETRAINING_JOURNAL), options);

  it('is what it was', async () => {
    const { plan, seeds, data } = await resume();
    expect(plan.retraining).toEqual((await planNewRetraining({ genotype: NB201, overrides: DIGITS })).plan.retraining);
    expect({ seeds, data }).toEqual({ seeds: [1, 2], data: '/data' });
    expect((await resume({ data: '/moved' })).data).toBe('/moved');
  });

  it('keeps its configuration', async () => {
    appendFileSync(join(folder, 'config.yaml'), 'OPTIM: {MAX_EPOCH: 7}\n');
    await expect(resume()).rejects.toThrow(/no longer describes.*OPTIM\.MAX_EPOCH was 200 and is 7/);
  });

  it.each([
    ['', /does not begin with the header of a retraining/],
    ['{"at":1,"entry":{"type":"retr', /does not begin with .*: it ended before its first line was written/],
    ['{"at":1,"entry":{"type":"run"}}\n', /is the folder of a search, not of a retraining/],
    ['{"at":1,"entry":{"type":"one-shot"}}\n', /is the folder of a one-shot search, not of a retraining/],
    ['{"at":1,"entry":{"type":"proposed"}}\n', /Line 1 of .*journal\.jsonl is not a journal entry/],
    ['{"at":1,"entry":{"type":"session","pid":1,"versions":{},"device":"cpu"}}\n', /does not begin with/],
  ])('has its own journal: %j', async (text, message) => {
    writeFileSync(join(folder, 'journal.jsonl'), text);
    await expect(resume()).rejects.toThrow(message);
  });

  it('needs its folder', async () => {
    const attempt = retrain({ resume: join(folder, 'none') }).result;
    await expect(attempt).rejects.toThrow(/no journal at .*none/);
    await expect(attempt).rejects.toBeInstanceOf(MissingError);
  });
});
