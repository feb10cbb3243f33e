/** Teachers of the user: trained, looked at, searched with and resumed. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectTeacher, readRun, score, search, trainTeacher } from '../../src/index.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const timeout = scaled(180_000);
const folder = temporaryFolder();
const own = join(folder, 'own_teacher.py');
const images = ['LOADER.DATASET', 'digits'];
const SMALL =
  'LOADER.BATCH_SIZE 16 OPTIM.MAX_EPOCH 3 RMINAS.RF_WARMUP 4 RMINAS.RF_SUCC 1 RMINAS.CANDIDATES 20 RMINAS.WORKERS 1'.split(
    ' ',
  );
const GENOTYPE = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const recipe = (out: string, epochs: number) => [
  ...images,
  ...`OPTIM.MAX_EPOCH ${epochs} LOADER.BATCH_SIZE 256 OUT_DIR ${join(folder, out)}`.split(' '),
];

beforeAll(() => {
  copyFileSync(join(ROOT, 'examples/own_teacher.py'), own);
});

describe('a teacher that is trained', () => {
  it('goes on after an interruption like an uninterrupted training, and is then a teacher', { timeout }, async () => {
    const job = trainTeacher({ network: `${own}:make`, overrides: recipe('interrupted', 3) });
    let interrupted = '';
    for await (const event of job) {
      if (event.type === 'opened') interrupted = event.folder;
      // The first epoch is done, and its checkpoint is there.
      if (event.type === 'training' && event.done > 1) break;
    }
    await expect(job.result).rejects.toMatchObject({
      nextSteps: [`Resume it with: rminas teacher train --resume ${interrupted}`],
    });
    const resumed = await trainTeacher({ resume: interrupted }).result;
    const whole = await trainTeacher({ network: `${own}:make`, overrides: recipe('whole', 3) }).result;
    expect(resumed.teacher).toEqual(whole.teacher);
    expect(resumed).toMatchObject({
      cost: { sessions: 2 },
      teacher: { teacher: `${own}:make`, classes: 10, epochs: 3 },
    });
    expect(resumed.teacher.accuracy).toBeGreaterThan(20);

    const overrides = [...images, 'RMINAS.TEACHER', resumed.files.folder];
    const inspected = await inspectTeacher({ overrides });
    expect(inspected.accuracy).toBeCloseTo(resumed.teacher.accuracy / 100, 6);
    expect(inspected).toMatchObject({
      identity: { kind: 'factory', weights: resumed.teacher.sha256, stages: ['layer1', 'layer2', 'layer3'] },
      compared: [
        { name: 'layer1', shape: [16, 8, 8] },
        { name: 'layer2', shape: [32, 4, 4] },
        { name: 'layer3', shape: [64, 2, 2] },
      ],
    });
    writeFileSync(own, `${readFileSync(own, 'utf8')}# Changed.\n`);
    await expect(trainTeacher({ resume: interrupted }).result).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('a search with a teacher for other classes', () => {
  it('compares representations only, and is resumed with the teacher', { timeout }, async () => {
    const file = join(folder, 'seven.py');
    writeFileSync(file, `${readFileSync(own, 'utf8')}\ndef seven():\n    return Network(7)\n`);
    const run = join(folder, 'run');
    const overrides = [...images, ...SMALL, 'RMINAS.TEACHER', `${file}:seven`];
    const notices: string[] = [];
    for await (const event of search({ cfg: 'quickstart', overrides, folder: run })) {
      if (event.type === 'notice') notices.push(event.text);
      if (event.type === 'run-prepared') {
        expect(event.prepared.batch).toMatchObject({ size: 16, teacherLoss: null, teacherAccuracy: null });
      }
      if (event.type === 'observed' && event.index === 2) break;
    }
    expect(notices.join('\n')).toContain('tells 7 classes apart, and the data set has 10');
    const { specification, cost } = await search({ resume: run }).result;
    expect(specification).toMatchObject({
      beta: 1,
      batch: { size: 16, pool: 16, selection: 'all' },
      teacher: { mode: 'eval', own: { kind: 'factory', name: 'seven', classes: 7 } },
    });
    expect(cost.sessions).toBe(2);
    expect(readRun(run).state).toBe('finished');
  });
});

describe('the command line', () => {
  it('has an exit code and a next step for each wrong teacher', { timeout }, async () => {
    const ask = (...flags: string[]) =>
      runInProcess(['teacher', 'inspect', '--dataset', 'digits', ...flags], { cwd: folder });
    const stage = await ask('--teacher-stages', 'layer1,layer2,layer9');
    expect(stage).toMatchObject({ code: 2, stdout: '' });
    expect(stage.stderr).toContain("The teacher has no module 'layer9' that runs. The nearest are layer3");
    const failing = join(folder, 'failing.py');
    writeFileSync(failing, 'def make():\n    raise ValueError("not today")\n');
    const raised = await ask('--teacher', 'failing.py:make');
    expect(raised).toMatchObject({ code: 3, stdout: '' });
    expect(raised.stderr).toContain('failed: ValueError: not today (');
  });

  it('names the command that installs a library that is missing', { timeout }, async () => {
    const python = await findPython(undefined);
    const { exitCode } = execaSync(python, ['-c', 'import timm'], { reject: false });
    if (exitCode === 0) return;
    const options = { cfg: 'quickstart', overrides: ['RMINAS.TEACHER', 'timm:resnet18'], genotypes: [GENOTYPE] };
    await expect(score(options).result).rejects.toMatchObject({
      code: 'missing-package',
      exitCode: 3,
      nextSteps: expect.arrayContaining([expect.stringMatching(/^Install it: \S+ -m pip install -c \S+ timm$/)]),
    });
  });
});
