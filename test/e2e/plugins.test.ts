/** A plugin in a temporary folder: searches with all that it adds, from the command line and from Node. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSlotSpace, readRun, retrain, type SearchResult, search } from '../../src/index.js';
import { essence, evaluatedIn } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';

const timeout = scaled(180_000);

/** Names everything that the example adds. */
const ALL_FOUR = 'SPACE.NAME toy LOADER.DATASET toy-images RMINAS.TEACHER_ARCH toy-teacher'.split(' ');
const SMALL = (
  'LOADER.BATCH_SIZE 16 OPTIM.MAX_EPOCH 4 RMINAS.RF_WARMUP 8 RMINAS.RF_THRESRATE 0.3 RMINAS.RF_SUCC 4 ' +
  'RMINAS.CANDIDATES 20 RMINAS.WORKERS 1'
).split(' ');

const folder = temporaryFolder();
const plugin = join(folder, 'toy.py');
const cli = (...args: string[]) => runInProcess(args, { cwd: folder });
const outputIn = (out: string) => join(out, readdirSync(out)[0] ?? '');

beforeAll(() => {
  copyFileSync(join(ROOT, 'examples/plugin.py'), plugin);
});

describe.skipIf(process.platform === 'win32')('a search on the space, data set and teacher of a plugin', () => {
  const out = join(folder, 'rmi');
  const begin = ['search', '--cfg', 'quickstart', '--plugin', 'toy.py', '--objective', 'rmi', ...ALL_FOUR, ...SMALL];

  it('refuses a changed plugin after an interruption, and continues with the old one like an uninterrupted search', {
    timeout,
  }, async () => {
    mkdirSync(out);
    const env = signalledAt('journal evaluated 2 synced', 'SIGINT');
    const interrupted = await runCli([...begin, '--out', out], { cwd: folder, env });
    expect(interrupted.code).toBe(130);
    const run = outputIn(out);
    expect(interrupted.stderr).toContain(
      `The plugin ${plugin} runs. It adds the space toy, the data set toy-images, the teacher toy-teacher, the proxy toy-proxy.`,
    );
    const kept = evaluatedIn(join(run, 'journal.jsonl'));

    const original = readFileSync(plugin, 'utf8');
    writeFileSync(plugin, `${original}\n# Changed.\n`);
    const refused = await cli('search', '--resume', run);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`The plugin ${plugin} has changed since the run began`);
    writeFileSync(plugin, original);

    const resumed = await cli('search', '--resume', run, '--json');
    expect(resumed).toMatchObject({ code: 0 });
    expect(JSON.parse(resumed.stdout) as SearchResult).toMatchObject({
      space: 'toy',
      dataset: 'toy-images',
      specification: { teacher: { architecture: 'toy-teacher' } },
      objective: 'rmi',
      cost: { sessions: 2 },
    });
    expect(evaluatedIn(join(run, 'journal.jsonl')).slice(0, kept.length)).toEqual(kept);
    const whole = await cli(...begin, '--out', join(folder, 'whole'), '--json');
    expect(essence(resumed.stdout)).toEqual(essence(whole.stdout));
  });
});

describe('a search by the proxy of a plugin', () => {
  it('is left in Node, resumed by the command line, and has its value of every architecture', { timeout }, async () => {
    const options = {
      cfg: 'quickstart',
      plugins: [plugin],
      overrides: [...ALL_FOUR, ...SMALL, 'RMINAS.OBJECTIVE', 'toy-proxy'],
      folder: join(folder, 'by-proxy'),
    };
    for await (const event of search(options)) {
      if (event.type === 'observed' && event.index === 4) break;
    }
    expect(readRun(options.folder)).toMatchObject({ state: 'interrupted' });
    const resumed = await cli('search', '--resume', options.folder, '--json');
    expect(resumed).toMatchObject({ code: 0 });
    const result = JSON.parse(resumed.stdout) as SearchResult;
    expect(result).toMatchObject({ objective: 'toy-proxy', cost: { sessions: 2, steps: 0 } });
    // The stem, three stages and the head: the most weights has the largest network.
    const { evaluations, state } = readRun(options.folder);
    expect(state).toBe('finished');
    for (const { genotype, outcome } of evaluations) {
      const [w = 0, d = 0, k = 0] = Array.from(genotype.matchAll(/=(\d+)/g), ([, choice]) => Number(choice));
      const weights = 27 * w + w + 3 * d * (w * w * k * k + w + 2 * w) + 4 * w + 4;
      expect(outcome).toMatchObject({ parts: { 'toy-proxy': weights } });
    }
  });
});

describe('a script in another folder', () => {
  const scripts = temporaryFolder();

  beforeAll(() => {
    mkdirSync(join(scripts, 'node_modules'));
    symlinkSync(ROOT, join(scripts, 'node_modules', 'rminas'), 'junction');
  });

  /** Runs an example there as a user would, and reads what it prints. */
  async function runExample(name: string, args: readonly string[]): Promise<unknown> {
    copyFileSync(join(ROOT, 'examples', name), join(scripts, name));
    const { stdout } = await execa(process.execPath, [name, ...args], { cwd: scripts });
    return JSON.parse(stdout);
  }

  it('searches the space, data set, teacher and proxy of a plugin by a strategy of its own', { timeout }, async () => {
    const cfg = join(folder, 'own.yaml');
    writeFileSync(cfg, "SPACE: {NAME: toy}\nLOADER: {DATASET: toy-images}\nRMINAS: {PLUGINS: ['toy.py']}\n");
    const out = join(folder, 'climb');
    const more = ['RMINAS.OBJECTIVE', 'toy-proxy', 'CLIMB.EVALUATIONS', '9', 'OUT_DIR', out];
    const answer = await runExample('own-strategy.mjs', [cfg, ...SMALL, ...more]);
    expect(answer).toMatchObject({ genotype: expect.stringMatching(/^width=\d,depth=\d,kernel=\d$/) });
    const { evaluations, result } = readRun(outputIn(out));
    expect(result).toMatchObject({ strategy: 'climb', objective: 'toy-proxy', space: 'toy', dataset: 'toy-images' });
    expect(evaluations).toHaveLength(9);
  });

  it('searches by an objective of its own', { timeout }, async () => {
    const args = [join(folder, 'own.yaml'), ...SMALL, 'OUT_DIR', join(folder, 'compact')];
    expect(await runExample('own-objective.mjs', args)).toMatchObject({ objective: 'compact' });
  });

  it('searches a space of its own by an evaluator of its own', { timeout }, async () => {
    expect(await runExample('own-evaluator.mjs', [join(folder, 'formulas')])).toEqual({
      genotype: 'width=64,depth=1,kernel=3',
      loss: 1 / 64,
    });
  });
});

describe('a space of a script', () => {
  it('is searched by trainings of the networks that a plugin builds for it', { timeout }, async () => {
    const builder = join(folder, 'builder.py');
    writeFileSync(
      builder,
      `${readFileSync(plugin, 'utf8')}\n\n@register_space("scripted")\ndef build_scripted(genotype, size):\n` +
        '    return Network(int(genotype.removeprefix("width=")), 1, 1, size.classes)\n',
    );
    const space = createSlotSpace({ name: 'scripted', slots: [{ name: 'width', choices: ['2', '4', '6'] }] });
    const { genotype, score } = await search({
      cfg: 'quickstart',
      space,
      plugins: [builder],
      overrides: ['LOADER.DATASET', 'toy-images', ...SMALL, 'RMINAS.RF_WARMUP', '2', 'RMINAS.RF_SUCC', '1'],
      folder: join(folder, 'scripted'),
    }).result;
    expect(genotype).toMatch(/^width=[246]$/);
    expect(score.loss).not.toBeNull();
  });
});

describe('other jobs with a plugin', () => {
  it('train an architecture of its space on its data set', { timeout }, async () => {
    const { accuracy } = await retrain({
      genotype: 'width=8,depth=1,kernel=3',
      plugins: [plugin],
      overrides: ['LOADER.DATASET', 'toy-images', 'OPTIM.MAX_EPOCH', '2', 'OUT_DIR', join(folder, 'retrained')],
    }).result;
    expect(accuracy.mean).toBeGreaterThan(0);
  });

  it('name the function that does the wrong thing', { timeout }, async () => {
    const wrong = join(folder, 'wrong.py');
    writeFileSync(
      wrong,
      'from rminas_sidecar.plugins import register_space\n\n' +
        "@register_space('wrong', slots={'a': [1, 2]})\ndef build(choices, size):\n    return 'a network'\n",
    );
    const run = await cli('score', '--cfg', 'quickstart', '--plugin', 'wrong.py', 'a=1', 'SPACE.NAME', 'wrong');
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toContain(
      `The space 'wrong' (function build of the plugin ${wrong}) returned str 'a network', not a torch.nn.Module.`,
    );
    expect(run.stderr).toContain(`Correct the function in ${wrong}.`);
    expect(run.stderr).not.toMatch(/^ +at |Traceback/m);
  });

  it('are diagnosed by the doctor', { timeout }, async () => {
    const broken = join(folder, 'broken.py');
    writeFileSync(broken, "raise ValueError('boom')\n");
    const run = await cli('doctor', '--plugin', 'toy.py', '--plugin', 'broken.py', '--json');
    const { checks } = JSON.parse(run.stdout) as { checks: { name: string; status: string; detail: string }[] };
    expect(checks.find(({ name }) => name === 'plugin toy.py')).toMatchObject({ status: 'ok' });
    expect(checks.find(({ name }) => name === 'toy-images images')).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^\d+ training images$/),
    });
    expect(checks.find(({ name }) => name === 'teacher toy-teacher')).toMatchObject({
      status: 'ok',
      detail: 'toy-teacher',
    });
    expect(checks.find(({ name }) => name === 'plugin broken.py')).toMatchObject({
      status: 'wrong',
      detail: expect.stringContaining('ValueError: boom'),
    });
    expect(run.code).toBe(3);
  });
});
