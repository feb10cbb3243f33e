/** The two spaces of the examples, which a YAML file and a Python function describe, through all jobs on digits. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare, exportNetwork, rank, readRun, retrain, type SearchResult, score, search } from '../../src/index.js';
import { essence, evaluatedIn } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';

const timeout = scaled(180_000);
const folder = temporaryFolder();
const resnet = join(folder, 'resnet-space.yaml');
const builder = join(folder, 'resnet_space.py');
const SMALL = (
  'LOADER.BATCH_SIZE 16 OPTIM.MAX_EPOCH 4 RMINAS.RF_WARMUP 8 RMINAS.RF_THRESRATE 0.3 RMINAS.RF_SUCC 3 ' +
  'RMINAS.CANDIDATES 20 RMINAS.WORKERS 1 RMINAS.OBJECTIVE rmi'
).split(' ');
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });

beforeAll(() => {
  for (const name of ['resnet-space.yaml', 'resnet_space.py', 'vit-space.yaml', 'vit_space.py']) {
    copyFileSync(join(ROOT, 'examples', name), join(folder, name));
  }
});

describe.skipIf(process.platform === 'win32')('a search of the residual networks', () => {
  const begin = ['search', '--cfg', 'quickstart', '--space', 'resnet-space.yaml', ...SMALL];

  it('is killed, refuses changed files, and ends like an uninterrupted search', { timeout }, async () => {
    const whole = search({
      cfg: 'quickstart',
      overrides: ['SPACE.NAME', resnet, ...SMALL],
      folder: join(folder, 'whole'),
      cache: false,
    }).result;
    const env = signalledAt('journal evaluated 3 synced', 'SIGKILL');
    const killed = await runCli([...begin, '--out', 'killed'], { cwd: folder, env });
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    const uninterrupted = await whole;
    const run = join(folder, 'killed', readdirSync(join(folder, 'killed'))[0] ?? '');
    const kept = evaluatedIn(join(run, 'journal.jsonl'));

    for (const file of [resnet, builder]) {
      const original = readFileSync(file, 'utf8');
      writeFileSync(file, `${original}\n# Changed.\n`);
      await expect(search({ resume: run }).result).rejects.toMatchObject({
        code: 'changed-space',
        exitCode: 2,
        message: `The file ${file} has changed since the run began: its scores cannot be mixed with those in the journal.`,
      });
      writeFileSync(file, original);
    }

    const resumed = await cli('search', '--resume', run, '--json');
    expect(resumed).toMatchObject({ code: 0 });
    const result = JSON.parse(resumed.stdout) as SearchResult;
    expect(result).toMatchObject({ space: 'resnet-space', objective: 'rmi', cost: { failures: 0, sessions: 2 } });
    expect(result.genotype).toMatch(
      /^width=\d+,depth1=\d,depth2=\d,depth3=(?:1,kernel=\d|2,kernel=\d,last_kernel=\d)$/,
    );
    expect(evaluatedIn(join(run, 'journal.jsonl')).slice(0, kept.length)).toEqual(kept);
    expect(essence(resumed.stdout)).toEqual(essence(JSON.stringify(uninterrupted)));
  });
});

describe('the other jobs', () => {
  const genotype = 'width=8,depth1=1,depth2=1,depth3=1,kernel=3';
  const overrides = ['SPACE.NAME', resnet, ...SMALL];

  it('score architectures, equal ones alike', { timeout }, async () => {
    const genotypes = [genotype, `${genotype},last_kernel=3`];
    const { scores } = await score({ cfg: 'quickstart', overrides, genotypes }).result;
    expect(scores.map((one) => one.score.canonical)).toEqual([genotype, genotype]);
    expect(scores[0]?.score.loss).toBeGreaterThan(0);
    expect(scores[1]?.score.loss).toBe(scores[0]?.score.loss);
  });

  it('refuse to search it by a benchmark', { timeout }, async () => {
    const benchmark = search({ cfg: 'quickstart', overrides: [...overrides, 'RMINAS.OBJECTIVE', 'benchmark'] });
    await expect(benchmark.result).rejects.toMatchObject({ code: 'no-benchmark', exitCode: 2 });
  });

  it('rank them by the accuracies of trainings, which are kept', { timeout }, async () => {
    const options = {
      cfg: 'quickstart',
      overrides: [...overrides, 'OUT_DIR', join(folder, 'ranked')],
      architectures: 2,
      proxies: ['rmi', 'flops'],
      bootstrap: 10,
      trainEpochs: 1,
    };
    const first = await rank(options).result;
    expect(first).toMatchObject({ sample: { drawn: 2, unknown: 0 }, benchmark: { name: 'trainings' } });
    expect(first.benchmark.series).toMatchObject([{ dataset: 'digits', split: 'held-out', epochs: 1 }]);
    const trainings = () =>
      readFileSync(first.files.journal, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"type":"trained"'));
    const kept = trainings();
    expect(kept).toHaveLength(2);
    await rank({ ...options, architectures: 3 }).result;
    expect(trainings().slice(0, 2)).toEqual(kept);
    expect(trainings()).toHaveLength(3);
  });

  it('compare searches of it', { timeout }, async () => {
    const { rows } = await compare({
      cfg: 'quickstart',
      strategies: ['local-search'],
      overrides: [...overrides, 'RMINAS.MAX_EVALUATIONS', '9'],
      seeds: [1],
      out: join(folder, 'compared'),
    }).result;
    expect(rows.map(({ name }) => name)).toEqual(['local-search-rmi']);
  });

  it('retrain an architecture, and write it out', { timeout }, async () => {
    const { accuracy, files } = await retrain({
      genotype,
      cfg: 'quickstart',
      overrides: ['SPACE.NAME', resnet, 'OPTIM.MAX_EPOCH', '1', 'OUT_DIR', join(folder, 'retrained')],
    }).result;
    expect(accuracy.mean).toBeGreaterThan(0);
    const to = join(folder, 'exported');
    // The export compares the logits of its files with those of the network.
    await exportNetwork({ network: files.folder, to, formats: [] });
    expect(readdirSync(to)).toEqual(expect.arrayContaining(['model.py', 'weights.safetensors']));
    expect(readFileSync(join(to, 'model.py'), 'utf8')).not.toContain('rminas_sidecar');
  });
});

describe('a search of the vision transformers', () => {
  it('runs by every strategy, also by proxies', { timeout }, async () => {
    for (const [strategy, objective] of [
      ['regularized-evolution', 'rmi'],
      ['reinforce', 'aggregate'],
    ]) {
      const overrides = ['SPACE.NAME', join(folder, 'vit-space.yaml'), ...SMALL, 'RMINAS.MAX_EVALUATIONS', '9'];
      const more = ['RMINAS.STRATEGY', strategy ?? '', 'RMINAS.OBJECTIVE', objective ?? ''];
      const run = join(folder, `vit-${strategy}`);
      const { genotype, cost } = await search({ cfg: 'quickstart', overrides: [...overrides, ...more], folder: run })
        .result;
      expect(genotype).toMatch(/^patch=\d,width=\d+,heads=\d,depth=\d$/);
      expect(cost.failures).toBe(0);
    }
  });
});

describe('a space of which some architectures fail', () => {
  const yaml = join(folder, 'failing.yaml');
  const python = (condition: string) =>
    `${readFileSync(join(ROOT, 'examples/resnet_space.py'), 'utf8')}\n\nwhole = build\n\n\n` +
    `def build(choices, classes, resolution):\n    if ${condition}:\n        raise ValueError("too wide")\n` +
    '    return whole(choices, classes, resolution)\n';
  const options = {
    cfg: 'quickstart',
    overrides: ['SPACE.NAME', yaml, ...SMALL],
    cache: false,
  };

  beforeAll(() => {
    writeFileSync(yaml, readFileSync(resnet, 'utf8').replace('resnet_space.py', 'failing.py'));
  });

  it('counts them as infinite loss, says why, and finds another one', { timeout }, async () => {
    writeFileSync(join(folder, 'failing.py'), python('choices["width"] > 8'));
    const run = join(folder, 'failing');
    const { genotype, cost } = await search({ ...options, folder: run }).result;
    expect(genotype).toMatch(/^width=8,/);
    expect(cost.failures).toBeGreaterThan(0);
    const { evaluations } = readRun(run);
    for (const one of evaluations) {
      const isWide = !one.genotype.startsWith('width=8,');
      expect('failure' in one.outcome).toBe(isWide);
    }
    expect(readFileSync(join(run, 'log.txt'), 'utf8')).toMatch(
      /^.*width=16,\S+ failed: The function build of \S+failing.py failed: ValueError: too wide/m,
    );
  });

  it('ends with the first reason when all fail', { timeout }, async () => {
    writeFileSync(join(folder, 'failing.py'), python('True'));
    const failed = await cli('search', '--cfg', 'quickstart', '--space', 'failing.yaml', ...SMALL, '--out', 'none');
    expect(failed).toMatchObject({ code: 3, stdout: '' });
    expect(failed.stderr).toContain('None of 8 networks of the space failing can be used. The function build of ');
    expect(failed.stderr).toContain('ValueError: too wide');
    expect(failed.stderr).not.toMatch(/^ +at |Traceback/m);
    expect(readdirSync(folder)).not.toContain('none');
  });
});
