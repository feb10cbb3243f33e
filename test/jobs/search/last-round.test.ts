/** A search with a last round by a real sidecar, through the journal, the result and a resumption. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  finalists,
  report,
  resultSchema,
  type SearchJob,
  type SearchResult,
  score,
  search,
} from '../../../src/index.js';
import { readRecorded } from '../../../src/jobs/compare/recorded.js';
import { ReplayCosts } from '../../../src/jobs/compare/replay-costs.js';
import { planNewSearch } from '../../../src/jobs/search/plan.js';
import { PluginLoader } from '../../../src/plugins/loader.js';
import { describeResult } from '../../../src/terminal/tables/search.js';
import { ROOT, temporaryFolder, temporaryHome } from '../../support/run-cli.js';

beforeAll(() => vi.stubEnv('RMINAS_HOME', temporaryHome()));
afterAll(() => vi.unstubAllEnvs());

const cfg = join(ROOT, 'test/fixtures/tiny.yaml');
const DEARER = ['OPTIM.MAX_EPOCH', '4', 'RMINAS.CHANNELS', '4', 'RNG_SEED', '5'];
const SETTINGS = ['RMINAS.RF_WARMUP', '4', 'RMINAS.RF_SUCC', '1', 'RMINAS.MAX_EVALUATIONS', '5', 'RMINAS.WORKERS', '1'];
const LAST_ROUND = ['RMINAS.FINALISTS', '2', 'RMINAS.FINALISTS_KEYS', DEARER.join(' ')];

async function collectNotices(job: SearchJob): Promise<string[]> {
  const notices: string[] = [];
  for await (const event of job) if (event.type === 'notice') notices.push(event.text);
  return notices;
}

const run = (...more: string[]) =>
  search({ cfg, overrides: [...SETTINGS, ...more], folder: join(temporaryFolder(), 'run'), cache: false }).result;

describe('a search with a last round', () => {
  let result: SearchResult;
  beforeAll(async () => {
    result = await run(...LAST_ROUND);
  });

  it('answers as scoring its finalists after the search does', async () => {
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const genotypes = await finalists(result.files.folder, 2);
    const scored = await score({ cfg, overrides: DEARER, genotypes, cache: false }).result;
    expect(result.lastRound?.specificationDigest).toBe(scored.specificationDigest);
    expect(result.lastRound?.specification.network).toMatchObject({ channels: 4 });
    const losses = new Map(scored.scores.map((one) => [one.score.genotype, one.score.loss]));
    const own = result.lastRound?.scores ?? [];
    expect(new Map(own.map(({ genotype, loss }) => [genotype, loss]))).toEqual(losses);
    expect(own.map(({ loss }) => loss)).toEqual([...losses.values()].toSorted((a, b) => Number(a) - Number(b)));
    expect(result.genotype).toBe(own[0]?.genotype);
    // The score in the result is still the one of the search.
    expect(result.score.steps).toBe(result.specification?.steps);
    expect(describeResult(result)).toMatch(/last round +2 finalists, \d+ steps each/);
  });

  it('goes on in the middle of the round', async () => {
    const copy = temporaryFolder();
    cpSync(result.files.folder, copy, { recursive: true });
    const lines = readFileSync(result.files.journal, 'utf8').split('\n');
    const first = lines.findIndex((line) => line.includes('"finalist"'));
    writeFileSync(join(copy, 'journal.jsonl'), `${lines.slice(0, first + 1).join('\n')}\n`);
    const job = search({ resume: copy, cache: false });
    const told = collectNotices(job);
    const resumed = await job.result;
    expect(await told).toContain('The last round scores 1 best-ranked architecture again.');
    expect(resumed.genotype).toBe(result.genotype);
    const essence = ({ lastRound }: SearchResult) => lastRound?.scores.map(({ seconds: _, ...rest }) => rest);
    expect(essence(resumed)).toEqual(essence(result));
    const kinds = readFileSync(join(copy, 'journal.jsonl'), 'utf8').match(/"type":"finalist"/g);
    expect(kinds).toHaveLength(2);
  });

  it('is the last step of the search in a comparison', async () => {
    const options = { cfg, overrides: [...SETTINGS, ...LAST_ROUND] };
    const planned = { row: 'forest', seed: 7, folder: result.files.folder, options };
    const costs = new ReplayCosts({ signal: new AbortController().signal });
    const loader = new PluginLoader();
    const recorded = await readRecorded({ ...planned, run: await planNewSearch(options, loader) }, loader, costs);
    const { steps = [] } = recorded?.trajectory ?? {};
    expect(steps.map(({ architectures }) => architectures)).toEqual([1, 2, 3, 4, 5, 5]);
    const [before, last] = steps.slice(-2);
    const trained = (result.lastRound?.scores ?? []).reduce((sum, one) => sum + one.steps, 0);
    expect((last?.cost.steps ?? 0) - (before?.cost.steps ?? 0)).toBe(trained);
    expect(last?.genotype).toBe(result.genotype);
  });

  it('is told in the report', async () => {
    const { file } = await report({ runs: [result.files.folder], out: join(temporaryFolder(), 'page.html') });
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('lowest loss of 2 finalists in the last round');
    expect(page).toContain('trainings of the last round');
  });
});

describe('a last round that cannot be', () => {
  it('refuses keys that need other files than the search', async () => {
    const given = ['RMINAS.FINALISTS', '2', 'RMINAS.FINALISTS_KEYS', 'LOADER.DATASET cifar10'];
    await expect(run(...given)).rejects.toMatchObject({ code: 'invalid-last-round' });
    await expect(run(...given)).rejects.toThrow('RMINAS.FINALISTS_KEYS changes the data set of the search.');
  });

  it('refuses a key without a value', async () => {
    const given = ['RMINAS.FINALISTS', '2', 'RMINAS.FINALISTS_KEYS', 'RMINAS.CHANNELS 16 OPTIM.MAX_EPOCH'];
    await expect(run(...given)).rejects.toThrow(
      "RMINAS.FINALISTS_KEYS has 3 words: 'RMINAS.CHANNELS 16 OPTIM.MAX_EPOCH'.",
    );
  });
});
