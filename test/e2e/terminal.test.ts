/** Ctrl-C on a real terminal, where it reaches the whole process group, and outputs that are closed or full. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { importBenchmark } from '../../src/index.js';
import { writeWholeNasBench201 } from '../benchmarks/tables.js';
import { scaled } from '../support/limits.js';
import { recordSearch } from '../support/recorded-search.js';
import { BIN, ROOT, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { remember } from '../support/started.js';
import { startOnTerminal, startProgramOnTerminal } from '../support/terminal.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';

/** A data folder with the whole table of NAS-Bench-201, and a data home with its index. */
const data = temporaryFolder();
const home = temporaryHome();
beforeAll(async () => {
  mkdirSync(join(data, 'nas-bench-201'));
  const file = writeWholeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
  await importBenchmark({ file, folder: join(home, 'benchmarks') });
}, scaled(60_000));

const search = (out: string, ...more: string[]) => ['search', '--cfg', TINY, '--out', out, ...more];
/** Settings of a search by the accuracies of the table: it needs no PyTorch, and is otherwise like any other. */
const BY_TABLE = ['RMINAS.OBJECTIVE', 'benchmark', 'RMINAS.BENCHMARK_SERIES', 'cifar10 ori-test'];
/** Settings that make each job last until it is interrupted. */
const LONG_WARMUP = ['RMINAS.RF_WARMUP', '15000', 'RMINAS.MAX_EVALUATIONS', '0'];
const LONG_TRAINING = [
  ...['LOADER.DATASET', 'digits', 'OPTIM.MAX_EPOCH', '2000'],
  ...['RMINAS.CHANNELS', '2', 'RMINAS.CELLS', '1'],
];
/** Settings that end a search soon, and leave out the forest. */
const FEW = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '4', 'RMINAS.MAX_EVALUATIONS', '9'];

/**
 * For each job: its words for one or two interruptions, the sign that it is at work, and the advice afterwards. Where
 * one test trains, the other need not wait for PyTorch. On a busy machine the terminal skips numbers.
 */
const JOBS: Readonly<Record<string, [(out: string, times: number) => string[], RegExp, RegExp]>> = {
  'search, in the warm-up': [
    (out, times) => search(out, ...(times === 1 ? [] : BY_TABLE), ...LONG_WARMUP),
    /Warm-up: \d+\/15000/,
    /rminas search --resume \S+/,
  ],
  'search, in the guided phase': [
    (out) => search(out, ...BY_TABLE, 'RMINAS.RF_SUCC', '15000'),
    /Guided search: \d+/,
    /rminas search --resume \S+/,
  ],
  'search, in the conclusion': [
    (out) => search(out, ...FEW, '--verify', '1', '--verify-epochs', '10000'),
    /full training 1 of 2, epoch \d+/,
    /rminas search --resume \S+/,
  ],
  rank: [
    (out) => [
      ...['rank', '--cfg', TINY, '--data', data, '--out', out],
      ...['--architectures', '500', '--proxies', 'rmi'],
    ],
    /measured (?!1\/)\d+\/\d+ /,
    /Give the same command again/,
  ],
  compare: [
    (out) => [
      ...['compare', '--cfg', TINY, '--out', out, '--strategies', 'random'],
      ...['--objectives', 'benchmark', 'RMINAS.BENCHMARK_SERIES', 'cifar10 ori-test', ...LONG_WARMUP],
    ],
    /random[^\n]*: (?:[2-9]|\d\d)/,
    /Give the same command again/,
  ],
  retrain: [
    (out) => ['retrain', '--genotype', NB201, '--out', out, ...LONG_TRAINING],
    /epoch \d+\/2000/,
    /rminas retrain --resume \S+/,
  ],
};

function locksIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files.filter((file) => /(?:^|\/)lock-/.test(file));
}

describe.each(Object.keys(JOBS))('Ctrl-C on the terminal of rminas %s', (name) => {
  const [words, atWork, advice] = JOBS[name] as (typeof JOBS)[string];

  it.each([
    ['once', 1],
    ['twice', 2],
  ])(
    '%s ends in exit code 130, tells how to continue, and leaves no lock',
    { timeout: scaled(60_000) },
    async (_, times) => {
      const out = temporaryFolder();
      const session = startOnTerminal(words(out, times), { RMINAS_HOME: home });
      await session.shows(atWork);
      for (let typed = 0; typed < times; typed += 1) session.interrupt();
      const { code, shown } = await session.ended;
      expect(shown).toMatch(advice);
      expect(code).toBe(130);
      expect(locksIn(out)).toEqual([]);
    },
  );
});

/** A Python whose sidecar waits at its start or with the preparation. */
function pythonThatWaits(phase: 'start' | 'prepare'): string {
  const file = join(temporaryFolder(), 'python');
  const sidecar = join(ROOT, 'test/fixtures/sidecars/waits-in.mjs');
  // It gets: -m rminas_sidecar --address ADDRESS --workers NUMBER, and more.
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${sidecar}' ${phase} "$3" "$4" "$5" "$6"\n`);
  chmodSync(file, 0o755);
  return file;
}

async function resumed(out: string): Promise<string[]> {
  const run = join(out, 'run');
  await recordSearch(run, { cfg: TINY, overrides: FEW });
  return ['search', '--resume', run];
}

/** For each job before its first result: its words, the phase in which its sidecar waits, and the advice afterwards. */
const EARLY: readonly [string, 'start' | 'prepare', (out: string) => string[] | Promise<string[]>, RegExp][] = [
  ['search', 'start', (out) => search(out), /was interrupted before it began/],
  ['search', 'prepare', (out) => search(out), /was interrupted before it began/],
  ['search --resume', 'start', resumed, /rminas search --resume \S+/],
  ['search --resume', 'prepare', resumed, /rminas search --resume \S+/],
  ['rank', 'start', (out) => ['rank', '--cfg', TINY, '--out', out], /Give the same command again/],
  ['compare', 'start', (out) => ['compare', '--cfg', TINY, '--out', out], /comparison was interrupted/],
  [
    'retrain',
    'start',
    (out) => ['retrain', '--genotype', NB201, '--out', out, ...LONG_TRAINING],
    /was interrupted before it began/,
  ],
];

describe.each(EARLY)('Ctrl-C on the terminal of rminas %s, in the phase %s', (_, phase, words, advice) => {
  it.each([1, 2])(
    'ends in exit code 130 and leaves no lock (typed %i times)',
    async (times) => {
      const out = temporaryFolder();
      const session = startOnTerminal([...(await words(out)), '--python', pythonThatWaits(phase)]);
      await session.shows(new RegExp(`The sidecar waits: ${phase}`));
      for (let typed = 0; typed < times; typed += 1) session.interrupt();
      const { code, shown } = await session.ended;
      expect(shown).toMatch(advice);
      expect(code).toBe(130);
      expect(locksIn(out)).toEqual([]);
    },
    scaled(60_000),
  );
});

it('Ctrl-C during the start of a search ends in exit code 130', { timeout: scaled(60_000) }, async () => {
  const out = temporaryFolder();
  const session = startOnTerminal(search(out));
  await session.shows(/Prepare the batch/);
  session.interrupt();
  expect((await session.ended).code).toBe(130);
  expect(locksIn(out)).toEqual([]);
});

it('a second Ctrl-C tells how to continue while progress is drawn', { timeout: scaled(60_000) }, async () => {
  const program = `
    const load = (module) => import('${ROOT}/dist/' + module);
    const { handleSignals } = await load('terminal/interrupt.js');
    const { createLiveReporter } = await load('terminal/progress/live-reporter.js');
    const { runJob } = await load('terminal/progress/reporter.js');
    const { startJob } = await load('jobs/job.js');
    handleSignals();
    const interruption = () => ({ message: 'The job was interrupted.', nextSteps: ['Give the same command again.'] });
    const work = ({ signal }) => new Promise((resolve) => {
      signal.addEventListener('abort', () => process.stdout.write('The job goes on.'));
      setTimeout(resolve, 60_000);
    });
    await runJob((signal) => startJob({ signal, interruption }, work), createLiveReporter(process.stderr));`;
  const session = startProgramOnTerminal([process.execPath, '--input-type=module', '--eval', program]);
  await session.shows(/Prepare the batch/);
  session.interrupt();
  await session.shows(/The job goes on/);
  session.interrupt();
  const { code, shown } = await session.ended;
  expect(shown).toContain('Give the same command again.');
  expect(code).toBe(130);
});

/** Runs a line of shell; `rminas` in it is the program. */
const scriptOf = (line: string) => `set -o pipefail; rminas() { "${process.execPath}" "${BIN}" "$@"; }; ${line}`;

function shell(line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, NO_COLOR: '1', RMINAS_HOME: home };
  const child = remember(spawn('bash', ['-c', scriptOf(line)], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const resultIn = (out: string) => join(out, readdirSync(out)[0] ?? '', 'result.json');

describe('a lost output', { timeout: scaled(60_000) }, () => {
  const quote = (word: string) => `'${word}'`;
  const searching = (out: string, ...more: string[]) =>
    `rminas ${search(out, ...BY_TABLE, ...FEW, ...more)
      .map(quote)
      .join(' ')}`;

  it('on stderr does not end the run: a closed pipe', async () => {
    const out = temporaryFolder();
    const { code, stdout } = await shell(`${searching(out)} --json 2> >(head -1 >&2)`);
    expect(JSON.parse(stdout)).toMatchObject({ space: 'nas-bench-201' });
    expect(code).toBe(0);
  });

  it('on both streams does not end the run: 2>&1 | head -1', async () => {
    const out = temporaryFolder();
    expect((await shell(`${searching(out)} 2>&1 | head -1`)).code).toBe(3);
    expect(existsSync(resultIn(out))).toBe(true);
  });

  it('on stderr does not end the run: a full disk', async () => {
    const out = temporaryFolder();
    const { code, stdout } = await shell(`${searching(out)} 2> /dev/full`);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('architecture') });
  });

  it.each(['', '--json'])('on stdout is exit code 3 with the path of the result: a full disk %s', async (json) => {
    const out = temporaryFolder();
    const { code, stderr } = await shell(`${searching(out)} ${json} > /dev/full`);
    expect(stderr).toContain(`It is in ${resultIn(out)}`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(3);
  });

  it('on stdout is not an error if the reader has read enough and nothing was kept', async () => {
    expect(await shell('rminas assets list | head -1')).toMatchObject({ code: 0, stderr: '' });
  });

  it('by Ctrl-C in a pipeline with tee ends in exit code 130', async () => {
    const out = temporaryFolder();
    const log = join(out, 'log');
    // The shell waits for the pipeline, and asks for the exit code of rminas.
    const line = `trap : INT; ${searching(join(out, 'runs'), ...LONG_WARMUP)} 2>&1 | tee ${log}; exit \${PIPESTATUS[0]}`;
    const session = startProgramOnTerminal(['bash', '-c', scriptOf(line)], { RMINAS_HOME: home });
    await session.shows(/warm-up \d+/);
    session.interrupt();
    expect((await session.ended).code).toBe(130);
    expect(readFileSync(log, 'utf8')).toContain('warm-up');
    expect(locksIn(join(out, 'runs'))).toEqual([]);
  });
});
