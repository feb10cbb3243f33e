import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dumpConfig, loadConfig, planSearch, specificationDigest } from '../../src/config/index.js';
import type { ScoreResult, SearchResult } from '../../src/index.js';
import { planResumedSearch, readSearch } from '../../src/jobs/search/plan.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const SHORT = ['RMINAS.RF_WARMUP', '6', 'RMINAS.RF_SUCC', '2', 'RMINAS.RF_THRESRATE', '0.5'];
const GENOTYPE = '|skip_connect~0|+|nor_conv_3x3~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_1x1~2|';
const XNAS_HOME = process.env.XNAS_HOME;
const NO_XNAS = { XNAS_HOME: '' };

describe('without XNAS', () => {
  it('a search that needs it reports what is missing', async () => {
    const { code, stderr } = await runInProcess(
      ['search', '--cfg', TINY, '--backend', 'xnas', '--out', temporaryFolder(), ...SHORT],
      { env: NO_XNAS },
    );
    expect(code).toBe(3);
    expect(stderr).toContain('XNAS cannot be imported (XNAS_HOME is not set)');
    expect(stderr).toContain('--backend native');
  });

  it('auto means native, and the result says so', async () => {
    const { stdout } = await runInProcess(['score', '--cfg', TINY, GENOTYPE, '--json'], { env: NO_XNAS });
    expect(JSON.parse(stdout)).toMatchObject({ backend: 'native' });
  });
});

it('a run of a version without other backends stays native, even if XNAS is available', async () => {
  const folder = temporaryFolder();
  const config = await loadConfig({ file: TINY, overrides: ['RMINAS.BACKEND', 'native'] });
  const older = dumpConfig(config.settings).replace(/^ +BACKEND:.*\n/m, '');
  expect(older).not.toContain('BACKEND');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), older);
  const specification = specificationDigest(planSearch(config).specification);
  const verify = { architectures: 0, epochs: 10 };
  const entry = { type: 'run', version: 1, rminas: '0.1.0', specification, workers: 1, data: null, verify };
  appendFileSync(join(folder, 'journal.jsonl'), `${JSON.stringify({ at: 0, entry })}\n`);
  const run = await planResumedSearch(readSearch(folder));
  expect(run.plan.specification.backend).toBe('native');
  expect(run.config.values['RMINAS.BACKEND']).toBe('native');
});

describe.skipIf(!XNAS_HOME)('with XNAS (needs XNAS_HOME)', () => {
  let result: SearchResult;

  beforeAll(async () => {
    const { code, stdout, stderr } = await runInProcess([
      'search',
      '--cfg',
      TINY,
      '--json',
      '--out',
      temporaryFolder(),
      ...SHORT,
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('are those of') });
    result = JSON.parse(stdout);
  });

  it('auto selects it, and the run and its result say so', () => {
    expect(result).toMatchObject({ backend: 'xnas', specification: { backend: 'xnas' } });
    expect(readFileSync(result.files.config, 'utf8')).toContain('BACKEND: xnas');
  });

  it('a resumed run keeps it', async () => {
    const again = await runInProcess(['search', '--resume', result.files.folder, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ backend: 'xnas', genotype: result.genotype });
    const elsewhere = await runInProcess(['search', '--resume', result.files.folder], { env: NO_XNAS });
    expect(elsewhere).toMatchObject({ code: 3, stderr: expect.stringContaining('XNAS cannot be imported') });
  });

  it('the native functions find the same answer by the same arithmetic', async () => {
    const options = ['--json', '--backend', 'native', '--out', temporaryFolder()];
    const args = ['search', '--cfg', TINY, ...options, ...SHORT, 'RMINAS.ARITHMETIC', 'plain'];
    const native: SearchResult = JSON.parse((await runInProcess(args)).stdout);
    expect(native).toMatchObject({ backend: 'native', genotype: result.genotype });
    expect(native.threshold).toBeCloseTo(result.threshold ?? 0, 4);
    expect(native.voters.map(({ genotype }) => genotype)).toEqual(result.voters.map(({ genotype }) => genotype));
  });

  it('scores by the functions of the named backend', async () => {
    const score = async (backend: string): Promise<ScoreResult> =>
      JSON.parse((await runInProcess(['score', '--cfg', TINY, '--backend', backend, GENOTYPE, '--json'])).stdout);
    const [native, xnas] = [await score('native'), await score('xnas')];
    expect([native.backend, xnas.backend]).toEqual(['native', 'xnas']);
    expect(xnas.scores[0]?.score.loss).toBeCloseTo(native.scores[0]?.score.loss ?? 0, 4);
  });
});
