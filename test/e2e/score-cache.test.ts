/** Scores that real runs share. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScoreResult, SearchResult } from '../../src/jobs/search/result.js';
import { ROOT, runCli, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
/** A short warm-up, and a few guided evaluations. */
const SHORT = [
  'RMINAS.RF_WARMUP',
  '5',
  'RMINAS.RF_SUCC',
  '2',
  'RMINAS.RF_THRESRATE',
  '0.5',
  'RMINAS.MAX_EVALUATIONS',
  '8',
];

/** The findings of a search, without its cost and its paths. */
function findings({ cost: _, files: __, score, ...found }: SearchResult): unknown {
  return { ...found, score: { ...score, seconds: 0 } };
}

describe('scores of other runs', () => {
  const home = temporaryHome();
  const folder = join(home, 'cache', 'scores');
  const env = { RMINAS_HOME: home, RMINAS_CACHE_MAX: '16' };
  /** The files of all scores, one each. */
  const scores = () =>
    readdirSync(folder).flatMap((shard) => readdirSync(join(folder, shard)).map((name) => join(folder, shard, name)));
  const search = (...flags: string[]) => searchBy(runInProcess, ...flags);
  const searchBy = async (run: typeof runCli, ...flags: string[]) => {
    const words = ['search', '--cfg', TINY, '--json', '--out', temporaryFolder(), ...flags, ...SHORT];
    const { code, stdout, stderr } = await run(words, { env });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return { result: JSON.parse(stdout) as SearchResult, stderr };
  };
  let first: SearchResult;
  let total = 0;

  beforeAll(async () => {
    // Two processes use one cache at the same time.
    const [one, other] = await Promise.all([searchBy(runCli), searchBy(runCli)]);
    first = one.result;
    for (const { result } of [one, other]) {
      expect(findings(result)).toEqual(findings(first));
      total = result.cost.evaluations + result.cost.cached;
      expect(total).toBe(first.cost.evaluations + first.cost.cached);
    }
  });

  it('replace all trainings of a run with the same specification and seed', async () => {
    const { result } = await search();
    expect(findings(result)).toEqual(findings(first));
    expect(result.cost).toMatchObject({ evaluations: 0, cached: total, steps: 0, evaluationSeconds: 0 });
    const journal = readFileSync(result.files.journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).entry);
    const evaluated = journal.filter(({ type }) => type === 'evaluated');
    expect(evaluated.length).toBeGreaterThanOrEqual(total);
    expect(evaluated.every(({ outcome }) => outcome.cached === true)).toBe(true);
  });

  it('are neither used nor changed with --no-cache, and are used by rminas score', async () => {
    const written = () => scores().map((file) => readFileSync(file, 'utf8'));
    const before = written();
    const [{ result }, scored] = await Promise.all([
      search('--no-cache'),
      runInProcess(['score', '--cfg', TINY, '--json', first.genotype], { env }),
    ]);
    expect(findings(result)).toEqual(findings(first));
    expect(result.cost).toMatchObject({ evaluations: total, cached: 0 });
    // Both first runs may have evaluated it. Their scores are equal; the seconds are those of either run.
    const again = (JSON.parse(scored.stdout) as ScoreResult).scores[0]?.score;
    expect({ ...again, seconds: 0 }).toEqual({ ...first.score, seconds: 0 });
    expect(written()).toEqual(before);
  });

  it('are not used for another seed, nor from a damaged file', async () => {
    for (const file of scores()) writeFileSync(file, 'no score\n'.repeat(1000));
    const [same, other] = await Promise.all([search(), search('--seed', '8')]);
    expect(findings(same.result)).toEqual(findings(first));
    expect([same.result.cost.cached, other.result.cost.cached]).toEqual([0, 0]);
    expect(same.stderr).not.toMatch('Scores of other runs are not used');
  });

  it('are not needed where they cannot be stored; an invalid size is refused', async () => {
    const file = join(temporaryFolder(), 'home');
    writeFileSync(file, '');
    const score = (changes: NodeJS.ProcessEnv) =>
      runInProcess(['score', '--cfg', TINY, first.genotype], { env: { ...env, ...changes } });
    const [closed, sizeless] = await Promise.all([score({ RMINAS_HOME: file }), score({ RMINAS_CACHE_MAX: 'much' })]);
    expect(closed).toMatchObject({ code: 0, stderr: expect.stringMatching(/Scores of other runs are not used: E/) });
    expect(sizeless).toMatchObject({ code: 2, stderr: expect.stringContaining('RMINAS_CACHE_MAX is "much"') });
  });
});
