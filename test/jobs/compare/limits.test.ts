/** A comparison of searches within limits: every answer on the way is within them, too. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { completeRuns } from '../../../src/jobs/compare/complete.js';
import { planComparison } from '../../../src/jobs/compare/plan.js';
import { writeWholeNasBench201 } from '../../benchmarks/tables.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder, temporaryHome } from '../../support/run-cli.js';

beforeAll(() => vi.stubEnv('RMINAS_HOME', temporaryHome()));
afterAll(() => vi.unstubAllEnvs());

/** A 1 × 1 convolution adds 392 parameters to the 4,894 of a network without edges, and a 3 × 3 convolution 3,080. */
const LIMIT = '5.7k';
const paramsOf = (genotype: string) =>
  4894 + 392 * genotype.split('nor_conv_1x1').length - 392 + 3080 * (genotype.split('nor_conv_3x3').length - 1);

it('is compared by answers within the limits', { timeout: scaled(180_000) }, async () => {
  const data = temporaryFolder();
  mkdirSync(join(data, 'nas-bench-201'));
  writeWholeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
  const { rows } = await planComparison({
    ...{ cfg: 'test/fixtures/tiny.yaml', strategies: ['forest'], objectives: ['benchmark'], seeds: [1], data },
    overrides: [
      ...['RMINAS.BENCHMARK_SERIES', "'cifar10 ori-test'", 'RMINAS.RF_WARMUP', '8', 'RMINAS.MAX_EVALUATIONS', '14'],
      ...['RMINAS.MAX_PARAMS', LIMIT],
    ],
    out: temporaryFolder(),
  });
  const { signal } = new AbortController();
  const options = { kind: 'evaluations', budget: null, jobs: 1, python: undefined, signal, emit: () => {} } as const;
  const [first] = await completeRuns(rows, options);
  const trajectory = first && 'trajectory' in first.outcome ? first.outcome.trajectory : undefined;
  expect(trajectory?.steps).toHaveLength(14);
  const answers = trajectory?.steps.flatMap(({ genotype }) => genotype ?? []) ?? [];
  expect(answers.filter((genotype) => paramsOf(genotype) > 5700)).toEqual([]);
  expect(answers.some((genotype) => paramsOf(genotype) > 4894)).toBe(true);
});
