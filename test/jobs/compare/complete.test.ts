import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { completeRuns } from '../../../src/jobs/compare/complete.js';
import type { ComparisonEvent } from '../../../src/jobs/compare/events.js';
import { planComparison } from '../../../src/jobs/compare/plan.js';
import { findPython } from '../../../src/sidecar/process/find-python.js';
import { writeWholeNasBench201 } from '../../benchmarks/tables.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder, temporaryHome } from '../../support/run-cli.js';

beforeAll(() => vi.stubEnv('RMINAS_HOME', temporaryHome()));
afterAll(() => vi.unstubAllEnvs());

/** A Python that exits immediately until the test repairs it. */
async function writeBrokenPython(): Promise<{ python: string; mend: () => void }> {
  const folder = temporaryFolder();
  const file = join(folder, 'python');
  const broken = join(folder, 'broken');
  const real = await findPython();
  writeFileSync(broken, '');
  writeFileSync(file, `#!/bin/sh\nif [ -e '${broken}' ]; then exit 3; fi\nexec '${real}' "$@"\n`);
  chmodSync(file, 0o755);
  return { python: file, mend: () => rmSync(broken, { force: true }) };
}

describe('searches of a comparison', () => {
  it('are completed without a search whose sidecar fails; the next comparison includes it', {
    timeout: scaled(120_000),
  }, async () => {
    const data = temporaryFolder();
    mkdirSync(join(data, 'nas-bench-201'));
    writeWholeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
    const { rows } = await planComparison({
      ...{ cfg: 'test/fixtures/tiny.yaml', strategies: ['random'], objectives: ['benchmark'], seeds: [1, 2], data },
      overrides: ['RMINAS.BENCHMARK_SERIES', "'cifar10 ori-test'", 'RMINAS.MAX_EVALUATIONS', '14'],
      out: temporaryFolder(),
    });
    const { python, mend } = await writeBrokenPython();
    const complete = async () => {
      const events: ComparisonEvent[] = [];
      const { signal } = new AbortController();
      const emit = (event: ComparisonEvent) => {
        events.push(event);
        if (event.type === 'run-failed') mend();
      };
      const completed = await completeRuns(rows, { kind: 'evaluations', budget: null, jobs: 1, python, signal, emit });
      const told = events.filter(({ type }) => type === 'run-failed' || type === 'run-completed');
      return { told: told.map(({ type }) => type), outcomes: completed.map(({ outcome }) => outcome) };
    };

    const first = await complete();
    expect(first.told).toEqual(['run-failed', 'run-completed']);
    expect(first.outcomes[0]).toMatchObject({ failure: expect.stringMatching(/sidecar/i) });
    expect(first.outcomes[1]).toMatchObject({ trajectory: { ended: 'evaluation-cap' } });

    const second = await complete();
    expect(second.told).toEqual(['run-completed', 'run-completed']);
    expect(second.outcomes[1]).toEqual(first.outcomes[1]);
    const lengths = second.outcomes.map((outcome) => 'trajectory' in outcome && outcome.trajectory.steps.length);
    expect(lengths).toEqual([14, 14]);
  });
});
