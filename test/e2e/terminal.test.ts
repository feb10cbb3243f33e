/** Ctrl-C on a real terminal, where it reaches the whole process group, and outputs that are closed or full. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawSample } from '../../src/jobs/rank/sample.js';
import { numberInBenchmark } from '../benchmarks/tables.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { getSpace } from '../support/spaces.js';
import { remember } from '../support/started.js';
import { startOnTerminal } from '../support/terminal.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const RUN = join(ROOT, 'bin/run.js');
const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
/** Settings that make each job last until it is interrupted. */
const LONG_SEARCH = ['RMINAS.RF_WARMUP', '5000'];
const LONG_TRAINING = [
  'LOADER.DATASET',
  'digits',
  'OPTIM.MAX_EPOCH',
  '2000',
  'RMINAS.CHANNELS',
  '2',
  'RMINAS.CELLS',
  '1',
];

/** A data folder with the accuracies of a few architectures. */
function tableFolder(): string {
  const data = temporaryFolder();
  const lines = drawSample(getSpace('nas-bench-201'), 7, 500).map(({ number, genotype }) =>
    [numberInBenchmark(genotype), genotype, 90 - number / 10, 70 - number / 10, 45 - number / 20].join(','),
  );
  mkdirSync(join(data, 'nas-bench-201'));
  const head = 'index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test';
  writeFileSync(join(data, 'nas-bench-201', 'table.csv'), `${[head, ...lines].join('\n')}\n`);
  return data;
}

/** For each job: its words, the sign that it is at work, and the advice after an interruption. */
const JOBS: Readonly<Record<string, [(out: string) => string[], RegExp, RegExp]>> = {
  search: [
    (out) => ['search', '--cfg', TINY, '--out', out, ...LONG_SEARCH],
    /Warm-up: \d+\/5000/,
    /rminas search --resume \S+/,
  ],
  rank: [
    (out) => [
      'rank',
      '--cfg',
      TINY,
      '--data',
      tableFolder(),
      '--out',
      out,
      '--architectures',
      '500',
      '--proxies',
      'rmi',
    ],
    /measured [2-9]\/\d+ /,
    /Give the same command again/,
  ],
  compare: [
    (out) => ['compare', '--cfg', TINY, '--out', out, '--strategies', 'random', ...LONG_SEARCH],
    /random[^\n]*: [2-9]/,
    /Give the same command again/,
  ],
  retrain: [
    (out) => ['retrain', '--genotype', NB201, '--out', out, ...LONG_TRAINING],
    /epoch 1\/2000/,
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
      const session = startOnTerminal(words(out));
      await session.shows(atWork);
      for (let typed = 0; typed < times; typed += 1) session.interrupt();
      const { code, shown } = await session.ended;
      expect(shown).toMatch(advice);
      expect(code).toBe(130);
      expect(locksIn(out)).toEqual([]);
    },
  );
});

it('Ctrl-C during the start of a search ends in exit code 130', { timeout: scaled(60_000) }, async () => {
  const out = temporaryFolder();
  const session = startOnTerminal(['search', '--cfg', TINY, '--out', out]);
  await session.shows(/Prepare the batch/);
  session.interrupt();
  expect((await session.ended).code).toBe(130);
  expect(locksIn(out)).toEqual([]);
});

/** Runs a line of shell; `rminas` in it is the program. The exit code is that of rminas in the variable `code`. */
function shell(line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const script = `set -o pipefail; rminas() { exec "${process.execPath}" "${RUN}" "$@"; }; ${line}`;
  const env = { ...process.env, NO_COLOR: '1', RMINAS_HOME: temporaryHome() };
  const child = remember(spawn('bash', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
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
  const search = (out: string) => `rminas search --cfg ${TINY} --out ${out}`;

  it('on stderr does not end the run: a closed pipe', async () => {
    const out = temporaryFolder();
    const { code, stdout } = await shell(`${search(out)} --json 2> >(head -1 >&2)`);
    expect(JSON.parse(stdout)).toMatchObject({ space: 'nas-bench-201' });
    expect(code).toBe(0);
  });

  it('on both streams does not end the run: 2>&1 | head -1', async () => {
    const out = temporaryFolder();
    expect((await shell(`${search(out)} 2>&1 | head -1`)).code).toBe(3);
    expect(existsSync(resultIn(out))).toBe(true);
  });

  it('on stderr does not end the run: a full disk', async () => {
    const out = temporaryFolder();
    const { code, stdout } = await shell(`${search(out)} 2> /dev/full`);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('architecture') });
  });

  it.each(['', '--json'])('on stdout is exit code 3 with the path of the result: a full disk %s', async (json) => {
    const out = temporaryFolder();
    const { code, stderr } = await shell(`${search(out)} ${json} > /dev/full`);
    expect(stderr).toContain(`It is in ${resultIn(out)}`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(3);
  });

  it('on stdout is not an error if the reader has read enough and nothing was kept', async () => {
    expect(await shell('rminas assets list | head -1')).toMatchObject({ code: 0, stderr: '' });
  });

  it('by Ctrl-C in a pipeline with tee ends in exit code 130', async () => {
    const out = temporaryFolder();
    // Like a terminal, the signal reaches tee as well, which ends before rminas does.
    const line = `${search(out)} ${LONG_SEARCH.join(' ')} 2>&1 | { head -3 > /dev/null; kill -INT $(pgrep -P $$ -f run.js); }`;
    expect(await shell(line)).toMatchObject({ code: 130 });
    expect(locksIn(out)).toEqual([]);
  });
});
