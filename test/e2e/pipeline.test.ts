/** A search, a retraining and an export in one go: killed in a step, resumed, and the same as without. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PipelineResult, pipelineResultSchema } from '../../src/index.js';
import { parseFollowUp } from '../../src/terminal/input/follow-up.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, startCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';

const PYTHON = process.env.RMINAS_PYTHON ?? join(ROOT, '.venv/bin/python');
const QUICK = [
  ...['search', '--cfg', 'quickstart', '--strategy', 'random', '--json', '--then', 'retrain,export'],
  ...['--retrain-with', 'OPTIM.MAX_EPOCH 4', '--retrain-with', 'RMINAS.CHANNELS 2', '--retrain-with', 'RMINAS.CELLS 1'],
];
const KEYS = [
  'RMINAS.RF_WARMUP',
  '4',
  'RMINAS.MAX_EVALUATIONS',
  '4',
  'RMINAS.RF_SUCC',
  '1',
  'OPTIM.MAX_EPOCH',
  '4',
  'RMINAS.WORKERS',
  '1',
];

/** What interruptions must not change. */
function essence({ search, retraining, export: exported }: PipelineResult): unknown {
  const epochs = retraining?.seeds[0]?.epochs.map(({ seconds: _, ...epoch }) => epoch);
  return { found: search.genotype, loss: search.score.loss, epochs, parameters: exported?.parameters };
}

describe.skipIf(process.platform === 'win32')('a search that is followed by a retraining and an export', () => {
  it('goes on where it was killed, in each step', { timeout: scaled(180_000) }, async () => {
    const out = temporaryFolder();
    const whole = runInProcess([...QUICK, '--out', temporaryFolder(), ...KEYS]);
    const run = join(out, 'nas-bench-201-digits-seed1');
    const resume = ['search', '--resume', run, '--json'];

    const env = signalledAt('journal evaluated 2 synced', 'SIGKILL');
    expect(await runCli([...QUICK, '--out', out, ...KEYS], { env })).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(join(run, 'result.json'))).toBe(false);
    await killedAt(resume, /epoch 1\/4: /);
    expect(readdirSync(run)).toContain('result.json');
    expect(existsSync(join(run, 'model'))).toBe(false);
    await killedAt(resume, /^exporting /m);

    const last = await runInProcess(resume);
    expect(last).toMatchObject({ code: 0 });
    const result = pipelineResultSchema.parse(JSON.parse(last.stdout));
    const expected = pipelineResultSchema.parse(JSON.parse((await whole).stdout));
    expect(essence(result)).toEqual(essence(expected));
    expect(result.export).toMatchObject({
      folder: join(run, 'model'),
      accuracy: result.retraining?.seeds[0]?.accuracy,
    });
    expect(readFileSync(join(run, 'model/README.md'), 'utf8')).toContain('loss in the search');
    // Nothing is done twice.
    const again = await runInProcess(resume);
    expect(JSON.parse(again.stdout)).toEqual(result);
  });

  it('takes images in an archive, of a size of its own, and a library for the teacher', {
    timeout: scaled(120_000),
  }, async () => {
    const folder = temporaryFolder();
    const script = `import numpy, sklearn.datasets
digits = sklearn.datasets.load_digits()
numpy.savez('digits.npz', x=(digits.images[:600] * 15).astype('uint8'), y=digits.target[:600])`;
    expect(spawnSync(PYTHON, ['-c', script], { cwd: folder, encoding: 'utf8' })).toMatchObject({ status: 0 });
    const teacher = ['--teacher', 'pytorchcv:resnet20_cifar10', '--teacher-weights', 'random'];
    const images = ['LOADER.DATASET', 'npz:digits.npz', 'SEARCH.IM_SIZE', '32', 'LOADER.BATCH_SIZE', '16'];
    const shorter = ['RMINAS.RF_WARMUP', '2', 'RMINAS.MAX_EVALUATIONS', '2', 'OPTIM.MAX_EPOCH', '2'];
    const keys = ['--retrain-with', 'OPTIM.MAX_EPOCH 1'];
    const args = [...QUICK, ...keys, ...teacher, '--out', 'run', ...KEYS, ...shorter, ...images];
    const { code, stdout, stderr } = await runInProcess(args, { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { search, export: exported } = pipelineResultSchema.parse(JSON.parse(stdout));
    expect(search.specification?.teacher.own).toMatchObject({ kind: 'pytorchcv', name: 'resnet20_cifar10' });
    expect(exported).toMatchObject({ network: { resolution: 32, classes: 10 }, dataset: search.dataset });
  });

  async function killedAt(args: readonly string[], line: RegExp): Promise<void> {
    const { child, ended } = startCli(args);
    let told = '';
    child.stderr?.on('data', (text: string) => {
      told += text;
      if (line.test(told)) child.kill('SIGKILL');
    });
    expect(await ended).toMatchObject({ signal: 'SIGKILL' });
  }
});

describe('--then', () => {
  it.each([
    ['search', 'OPTIM.MAX_EPOCHS 3', 'Error: OPTIM.MAX_EPOCHS (the overrides) is not a configuration key'],
    ['plan', 'OPTIM.MAX_EPOCH three', "Error: OPTIM.MAX_EPOCH must be of type int, not the str 'three'"],
  ])('refuses a wrong key of the retraining before the %s begins', async (command, pair, message) => {
    const out = join(temporaryFolder(), 'out');
    const words = [command, '--cfg', 'quickstart', '--then', 'retrain', '--retrain-with', pair, '--out', out];
    const { code, stderr } = await runInProcess(words);
    expect(code).toBe(2);
    expect(stderr.startsWith(message), stderr).toBe(true);
    expect(existsSync(out)).toBe(false);
  });

  it('names steps in any order, and keys of the retraining', () => {
    expect(parseFollowUp(undefined)).toBeUndefined();
    expect(parseFollowUp('export, retrain', ['OPTIM.MAX_EPOCH 3'])).toEqual({
      steps: ['retrain', 'export'],
      keys: ['OPTIM.MAX_EPOCH', '3'],
    });
  });

  it.each<[string, Parameters<typeof parseFollowUp>, string]>([
    ['another step', ['retrain,deploy'], 'unknown-step'],
    ['a key without a value', ['retrain', ['OPTIM.MAX_EPOCH']], 'invalid-pair'],
    ['keys without a retraining', ['export', ['OPTIM.MAX_EPOCH 3']], 'pair-without-retraining'],
  ])('refuses %s', (_, args, code) => {
    expect(() => parseFollowUp(...args)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });
});
