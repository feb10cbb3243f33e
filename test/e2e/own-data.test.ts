/** The commands of docs/your-data.md on the folder that its script writes, and every other job on the same images. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/doctor/index.js';
import type { ComparisonResult, RankingResult, RetrainingResult, ScoreResult, SearchResult } from '../../src/index.js';
import { drawSample } from '../../src/jobs/rank/sample.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { numberInBenchmark } from '../benchmarks/tables.js';
import { shellLines, splitWords } from '../documentation/command-lines.js';
import { essence } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';
import { getSpace } from '../support/spaces.js';

const timeout = scaled(180_000);
const folder = temporaryFolder();
const page = readFileSync(join(ROOT, 'docs/your-data.md'), 'utf8');
const lines = shellLines(page).map(splitWords);
const SMALL = 'OPTIM.MAX_EPOCH 2 RMINAS.RF_WARMUP 4 RMINAS.RF_THRESRATE 0.5 RMINAS.RF_SUCC 1 RMINAS.WORKERS 1'.split(
  ' ',
);
const DIGITS = ['LOADER.DATASET', `folder:${join(folder, 'digits')}`, 'RMINAS.TEACHER_ARCH', 'digits-resnet'];

/** The words of a line of the page. */
function wordsOf(command: string): string[] {
  const [, ...words] = lines.find(([program, name]) => program === 'rminas' && name === command) ?? [];
  expect(words).toContain('folder:digits');
  return words;
}

/** Runs a line of the page, made smaller. */
const printed = (command: string, ...small: string[]) =>
  runInProcess([...wordsOf(command), ...small, '--json'], { cwd: folder });

beforeAll(async () => {
  const [, script = ''] = /^```python\n([\s\S]*?)^```/m.exec(page) ?? [];
  const [program, file] = lines[0] ?? [];
  expect([program, file]).toEqual(['.venv/bin/python', 'write_digits.py']);
  writeFileSync(join(folder, 'write_digits.py'), script);
  execFileSync(await findPython(), ['write_digits.py'], { cwd: folder });
});

describe('the page on images of the user', () => {
  it('examines the folder with the doctor', { timeout }, async () => {
    const { code, stdout } = await printed('doctor');
    const found = (JSON.parse(stdout) as Diagnosis).checks.find(({ name }) => name === 'data of quickstart');
    expect(found).toMatchObject({ status: 'ok', required: true, detail: expect.stringContaining('10 classes, 1437') });
    expect(code).toBe(0);
  });

  it('scores, and retrains with the accuracy on held-out images', { timeout }, async () => {
    const scored = await printed('score', ...SMALL);
    const score = JSON.parse(scored.stdout) as ScoreResult;
    expect(score.dataset).toMatch(/^digits-[0-9a-f]{8}$/);
    expect(score.scores[0]?.score.loss).toBeGreaterThan(0);
    expect(scored.stderr).toContain('1437 images for training and 360 held out, of 8 × 8 pixels');

    const retrained = await printed('retrain', 'OPTIM.MAX_EPOCH', '1', 'RMINAS.CHANNELS', '4', 'RMINAS.CELLS', '1');
    const result = JSON.parse(retrained.stdout) as RetrainingResult;
    expect(result).toMatchObject({ dataset: score.dataset, trainImages: 1437, testImages: 360 });
  });

  it('searches and verifies; after SIGKILL it refuses changed images, and resumes on the old ones', {
    timeout,
  }, async () => {
    const small = [...SMALL, '--verify-epochs', '1', '--no-cache'];
    const whole = await printed('search', ...small, '--out', 'whole');
    const { specification, verification } = JSON.parse(whole.stdout) as SearchResult;
    expect(specification?.images).toMatchObject({ form: 'folder', augmentation: 'crop-and-flip' });
    expect(verification?.found).toMatchObject({ trainImages: 1437, heldOutImages: 360 });

    const env = signalledAt('journal evaluated 2 synced', 'SIGKILL');
    const killed = await runCli([...wordsOf('search'), ...small, '--out', 'killed'], { cwd: folder, env });
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    const run = join(folder, 'killed', readdirSync(join(folder, 'killed'))[0] ?? '');
    expect(readFileSync(join(run, 'config.yaml'), 'utf8')).toContain(`DATASET: 'folder:${join(folder, 'digits')}'`);

    const image = join(folder, 'digits/train/3', readdirSync(join(folder, 'digits/train/3'))[0] ?? '');
    renameSync(image, join(folder, 'kept.png'));
    const refused = await runInProcess(['search', '--resume', run], { cwd: folder });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`The data set folder:${join(folder, 'digits')} has changed since the run began`);
    expect(refused.stderr).toContain('training images: 1437 then, 1436 now');
    renameSync(join(folder, 'kept.png'), image);
    const resumed = await runInProcess(['search', '--resume', run, '--json'], { cwd: folder });
    const resumedResult = JSON.parse(resumed.stdout) as SearchResult;
    expect(resumedResult.verification?.found.accuracy).toBe(verification?.found.accuracy);
    // Verifications say how long they took.
    const timeless = (stdout: string) => ({ ...(essence(stdout) as object), verification: null });
    expect(timeless(resumed.stdout)).toEqual(timeless(whole.stdout));
  });
});

describe('the jobs that compare', () => {
  const words = ['--cfg', 'quickstart', ...SMALL, ...DIGITS, 'RMINAS.AUGMENTATION', 'crop'];

  it('rank and compare on the same images', { timeout }, async () => {
    const data = temporaryFolder();
    const sample = drawSample(getSpace('nas-bench-201'), 1, 4);
    const rows = sample.map(({ genotype, number }) => [numberInBenchmark(genotype), genotype, 50 + number].join(','));
    mkdirSync(join(data, 'nas-bench-201'));
    const table = ['index,arch_str,cifar10_test', ...rows].join('\n');
    writeFileSync(join(data, 'nas-bench-201', 'table.csv'), `${table}\n`);
    const small = ['--architectures', '4', '--proxies', 'synflow', '--bootstrap', '10', '--data', data];
    const ranked = await runInProcess(['rank', ...words, '--val-share', '0.25', ...small, '--json'], { cwd: folder });
    const { dataset } = JSON.parse(ranked.stdout) as RankingResult;
    expect(dataset).toMatch(/^digits-[0-9a-f]{8}$/);
    const few = ['--strategies', 'random', '--seeds', '1', '--budget', '2', '--data', data];
    const compared = await runInProcess(['compare', ...words, 'RMINAS.VAL_SHARE', '0.25', ...few, '--json'], {
      cwd: folder,
    });
    expect((JSON.parse(compared.stdout) as ComparisonResult).dataset).toBe(dataset);
  });
});
