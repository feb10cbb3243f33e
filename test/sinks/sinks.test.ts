import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { exportStudy, type Job, logRun, outcomeOfLoss, search } from '../../src/index.js';
import type { SearchJobEvent } from '../../src/jobs/search/events.js';
import type { SearchResult } from '../../src/jobs/search/result.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { openLog } from '../../src/sinks/entries/read.js';
import { SEARCH_LOG } from '../../src/sinks/events.js';
import { startLogged } from '../../src/sinks/follow.js';
import { parseTarget } from '../../src/sinks/target.js';
import { killedCopy, makeRun } from '../support/formula-runs.js';
import { temporaryFolder } from '../support/run-cli.js';

const root = temporaryFolder();
const python = await findPython();
let run: string;

/** The tools that are installed. */
const installed = JSON.parse(
  execFileSync(
    python,
    [
      '-c',
      'import json, sys; from importlib.util import find_spec as f; print(json.dumps([n for n in sys.argv[1:] if f(n)]))',
    ].concat(['tensorboard', 'optuna', 'mlflow', 'wandb']),
    { encoding: 'utf8' },
  ),
) as string[];
const has = (module: string) => installed.includes(module);

const READ_EVENTS = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]).Reload()
print(json.dumps({tag: [[one.step, one.value] for one in events.Scalars(tag)] for tag in events.Tags()['scalars']}))
`;

/** The scalars of the event files in a folder, by tag: steps and values. */
function scalarsIn(folder: string): Record<string, [number, number][]> {
  return JSON.parse(
    execFileSync(python, ['-c', READ_EVENTS, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

beforeAll(async () => {
  vi.stubEnv('RMINAS_HOME', temporaryFolder());
  run = await makeRun(join(root, 'cells'));
});
afterAll(() => vi.unstubAllEnvs());

describe('the log of a search', () => {
  it('has a step for each evaluation, and the answer', async () => {
    const { run: first, scalars, answer, state } = await openLog(run)();
    expect(first).toMatchObject({ name: 'cells', kind: 'search', settings: { 'RMINAS.STRATEGY': 'random' } });
    expect(scalars.map(({ step }) => step)).toEqual(scalars.map((_, index) => index + 1));
    const losses = scalars.map(({ values }) => values['search/loss'] ?? Number.NaN);
    expect(scalars.at(-1)?.values['search/best']).toBe(Math.min(...losses));
    const { genotype, best } = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as SearchResult;
    expect(answer?.values).toMatchObject({ genotype, best_loss: best.loss });
    expect(state).toBe('finished');
  });

  it('goes on at the end, under the same id, when the search goes on', async () => {
    const whole = await openLog(run)();
    const copy = killedCopy(run, join(root, 'killed'), 8);
    const before = await openLog(copy)();
    expect(before.state).toBe('interrupted');
    expect(before.answer).toBeNull();
    cpSync(join(run, 'journal.jsonl'), join(copy, 'journal.jsonl'));
    const after = await openLog(copy)();
    expect(after.scalars.slice(0, before.scalars.length)).toEqual(before.scalars);
    expect(after.scalars).toEqual(whole.scalars);
    expect(after.run.id).toBe(whole.run.id);
  });

  it.each(['csv', 'tensorboard', 'mlflow:', 'optuna:study.db', ''])('refuses the target %j', (text) => {
    expect(() => parseTarget(text)).toThrow(`got '${text}'`);
  });

  it('names the packages that are missing, and the command that installs them', async () => {
    const missing = ['mlflow', 'wandb'].find((module) => !has(module));
    if (missing === undefined) return;
    const logging = logRun(run, { to: missing === 'mlflow' ? 'mlflow:file:runs' : 'wandb' });
    await expect(logging).rejects.toMatchObject({
      code: 'missing-package',
      exitCode: 3,
      nextSteps: [expect.stringContaining(`${python} -m pip install -c `)],
    });
  });
});

describe.runIf(has('tensorboard'))('a search that is logged while it runs', () => {
  const logs = join(root, 'logs');
  let notices: string[];
  let job: Job<SearchJobEvent, SearchResult>;

  beforeAll(async () => {
    writeFileSync(join(root, 'file'), '');
    const evaluator = { name: 'formula', capacity: 1, evaluate: async () => outcomeOfLoss(1.5) };
    const overrides = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '6', 'RMINAS.MAX_EVALUATIONS', '6'];
    const start = (signal: AbortSignal) =>
      search({ cfg: 'quickstart', overrides, evaluator, folder: join(root, 'logged'), signal });
    const to = [`tensorboard:${logs}`, `tensorboard:${join(root, 'file')}`];
    job = startLogged(start, { to, events: SEARCH_LOG })(new AbortController().signal);
    const events: SearchJobEvent[] = [];
    for await (const event of job) events.push(event);
    notices = events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  }, 120_000);

  it('is in the folder of the log, with its report, and is not logged twice', async () => {
    const { genotype, files } = await job.result;
    const [name = ''] = readdirSync(logs);
    const { scalars, run: first } = await openLog(files.folder)();
    expect(name).toBe(`logged-${first.id}`);
    const again = await logRun(files.folder, { to: `tensorboard:${logs}` });
    expect(again).toEqual({ to: `tensorboard:${logs}`, location: join(logs, name), steps: scalars.length });
    const written = scalarsIn(join(logs, name));
    expect(written['search/loss']).toEqual(scalars.map(({ step }) => [step, 1.5]));
    expect(readFileSync(join(logs, name, 'report.html'), 'utf8')).toContain(genotype);
  });

  it('is logged although the start-up code of the site prints', async () => {
    const site = temporaryFolder();
    writeFileSync(join(site, 'sitecustomize.py'), 'print("hello from the site")\n');
    const before = process.env.PYTHONPATH;
    onTestFinished(() => void vi.stubEnv('PYTHONPATH', before));
    vi.stubEnv('PYTHONPATH', site);
    const to = `tensorboard:${join(root, 'site-logs')}`;
    expect((await logRun(run, { to })).location).toContain(join(root, 'site-logs'));
  });

  it('is not harmed by a log that fails: notices say why, and how to log later', () => {
    const failed = notices.filter((text) => text.includes('Log the run later with: npx rminas log'));
    expect(failed[0]).toContain(join(root, 'file'));
    expect(notices.some((text) => text.startsWith(`logged to tensorboard:${logs}`))).toBe(true);
  });
});

it.runIf(has('optuna'))('a search becomes a study of Optuna with a trial for each evaluation', async () => {
  // A journal of Optuna is lines of JSON.
  const file = join(root, 'study.journal');
  expect(await exportStudy(run, { file })).toBe(`${file}, study cells`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const trials = lines.map((line) => JSON.parse(line)).filter((line) => line.distributions !== undefined);
  const { scalars } = await openLog(run)();
  expect(trials.map(({ value }) => value)).toEqual(scalars.map(({ values }) => values['search/loss']));
  for (const { params, distributions, user_attrs: facts } of trials) {
    expect(Object.keys(params)).toHaveLength(6);
    const { choices } = JSON.parse(distributions['edge 0 → 1']).attributes;
    expect(facts.genotype).toContain(`|${choices[params['edge 0 → 1']]}~0|`);
  }
});
