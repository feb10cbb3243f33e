/** Retraining from the command line: recipes on the real digits, killed, interrupted and resumed. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RetrainingResult, retrainingResultSchema } from '../../src/jobs/retrain/result.js';
import { scaled } from '../support/limits.js';
import { type CliResult, runCli, type StartedCli, startCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const CELL =
  "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 1), " +
  "('skip_connect', 0), ('dil_conv_3x3', 2), ('skip_connect', 0), ('max_pool_3x3', 1)]";
const DARTS = `Genotype(normal=${CELL}, normal_concat=range(2, 6), reduce=${CELL}, reduce_concat=range(2, 6))`;
const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const EPOCHS = 6;
const TINY_DARTS = [
  ...['LOADER.DATASET', 'digits', 'LOADER.BATCH_SIZE', '512', 'OPTIM.MAX_EPOCH', String(EPOCHS)],
  ...['TRAIN.CHANNELS', '2', 'TRAIN.LAYERS', '3', 'RMINAS.THREADS', '1'],
];
const TINY_NB201 = [
  ...['LOADER.DATASET', 'digits', 'OPTIM.MAX_EPOCH', '2', 'RMINAS.CHANNELS', '2', 'RMINAS.CELLS', '1'],
  ...['RMINAS.THREADS', '1'],
];

const tinyDarts = (out: string) => ['retrain', '--genotype', DARTS, '--out', out, '--json', ...TINY_DARTS];

const resultOf = ({ stdout }: CliResult) => retrainingResultSchema.parse(JSON.parse(stdout));

/** The parts of a result that interruptions must not change: all but times, paths and sessions. */
function essence({ cost: _cost, files: _files, seeds, ...rest }: RetrainingResult): unknown {
  const timeless = seeds.map(({ seconds: _, epochs, ...seed }) => {
    return { ...seed, epochs: epochs.map(({ seconds: __, ...epoch }) => epoch) };
  });
  return { ...rest, seeds: timeless };
}

/** Resolves when the program has reported this number of epochs or has ended. */
async function epochsTold({ child, ended }: StartedCli, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let told = '';
    child.stderr?.on('data', (text: string) => {
      told += text;
      if ((told.match(/: epoch \d+\/\d+: /g) ?? []).length >= count) resolve();
    });
    void ended.then(() => resolve());
  });
}

describe('a retraining', () => {
  it('reports mean and deviation over seeds, and the paths of its files', { timeout: scaled(120_000) }, async () => {
    const out = temporaryFolder();
    const args = ['retrain', '--genotype', NB201, '--out', out, '--json', '--seeds', '1', '2', ...TINY_NB201];
    const run = await runInProcess(args);
    expect(run).toMatchObject({ code: 0 });
    const result = resultOf(run);
    expect(result).toMatchObject({ recipe: 'nas-bench-201', trainImages: 1437, testImages: 360 });
    expect(result.seeds.map(({ seed, epochs }) => [seed, epochs.length])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    const [one, two] = result.seeds;
    expect(result.accuracy.mean).toBeCloseTo(((one?.accuracy ?? 0) + (two?.accuracy ?? 0)) / 2, 9);
    expect(result.accuracy.deviation).not.toBeNull();
    expect(one?.epochs[0]?.loss).not.toBe(two?.epochs[0]?.loss);
    for (const file of [...result.files.checkpoints, result.files.log]) expect(existsSync(file)).toBe(true);
    expect(JSON.parse(readFileSync(result.files.result, 'utf8'))).toEqual(result);
    expect(readFileSync(result.files.log, 'utf8')).toMatch(/seed 2 is trained: test accuracy/);
    expect(readdirSync(result.files.folder).filter((name) => name.startsWith('lock'))).toEqual([]);
    await expectTable(result);
  });

  /** Resumes a finished retraining without its checkpoints, which recorded trainings do not need. */
  async function expectTable({ files, accuracy, error }: RetrainingResult): Promise<void> {
    for (const file of files.checkpoints) rmSync(file);
    const { code, stdout } = await runInProcess(['retrain', '--resume', files.folder]);
    expect(code).toBe(0);
    for (const [name, { mean, deviation }] of Object.entries({ accuracy, error })) {
      const told = `${mean.toFixed(2)} ± ${deviation?.toFixed(2)} %`;
      expect(stdout).toMatch(new RegExp(`test ${name} +${told.replaceAll('.', '\\.')}`));
    }
    expect(stdout).toContain(`rminas report ${files.folder}\n`);
    expect(stdout).toMatch(/seed 1 +\d+\.\d\d %[\s\S]*2 sessions/);
    expect(existsSync(files.checkpoints[0] ?? '')).toBe(false);
  }
});

describe.skipIf(process.platform !== 'linux')('a stopped retraining of DARTS', () => {
  const uninterrupted = runCli(tinyDarts(temporaryFolder()));

  it('reaches the same result after SIGKILL and after Ctrl-C', { timeout: scaled(120_000) }, async () => {
    const out = temporaryFolder();
    const folder = join(out, 'retrain-darts-digits');
    const first = startCli(tinyDarts(out));
    await epochsTold(first, 1);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
    const second = startCli(['retrain', '--resume', folder, '--json']);
    await epochsTold(second, 1);
    second.child.kill('SIGINT');
    const interrupted = await second.ended;
    expect(interrupted).toMatchObject({ code: 130 });
    expect(interrupted.stderr + interrupted.stdout).toContain(`rminas retrain --resume ${folder}`);
    const last = await runInProcess(['retrain', '--resume', folder, '--json']);
    expect(last).toMatchObject({ code: 0 });
    const result = resultOf(last);
    expect(result.cost.sessions).toBe(3);
    const expected = resultOf(await uninterrupted);
    expect(expected.seeds[0]?.epochs).toHaveLength(EPOCHS);
    expect(essence(result)).toEqual(essence(expected));
  });
});

describe('an invalid retraining', () => {
  it.each<[string, number, readonly string[], RegExp]>([
    ['a seed that is none', 2, ['--genotype', NB201, '--seeds', 'one'], /--seeds expects whole numbers, got 'one'/],
    ['a resumption with other seeds', 2, ['--resume', '/tmp', '--seeds', '3'], /--seeds cannot be given/],
    ['images that are not there', 3, ['--genotype', NB201, '--data', temporaryFolder()], /cifar-10-batches-py/],
  ])('has %s', async (_, code, args, text) => {
    const result = await runInProcess(['retrain', ...args]);
    expect(result.stderr).toMatch(text);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+|Traceback/m);
  });
});
