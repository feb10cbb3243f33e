import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SearchResult } from '../../src/jobs/search/result.js';
import { createRandom } from '../../src/random/random.js';
import { childrenOf, essence, evaluatedIn, waitUntil } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, startCli, temporaryFolder } from '../support/run-cli.js';

const CONFIG = join(ROOT, 'test/fixtures/tiny.yaml');
const KILLS = 10;

const search = (out: string) => ['search', '--cfg', CONFIG, '--json', '--out', out];

describe.skipIf(process.platform !== 'linux')('a run that is killed', () => {
  const uninterrupted = runCli(search(temporaryFolder()));
  const random = createRandom(Number(process.env.RMINAS_KILL_SEED ?? 1), 'kill-test', 0);

  it(`ends like an uninterrupted run after the controller died ${KILLS} times`, {
    timeout: scaled(600_000),
  }, async () => {
    const { stdout: expected } = await uninterrupted;
    const total = (JSON.parse(expected) as SearchResult).cost.evaluations;
    const out = temporaryFolder();
    const first = startCli(search(out));
    await waitUntil(() => readdirSync(out).length > 0, first.ended);
    const folder = join(out, readdirSync(out)[0] ?? '');
    const journal = join(folder, 'journal.jsonl');
    let running = first;
    let kept: readonly unknown[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const target = Math.min(
        kept.length + 1 + random.below(Math.max(1, Math.floor((total - kept.length) / (KILLS - kill)))),
        total,
      );
      await waitUntil(() => evaluatedIn(journal).length >= target, running.ended);
      running.child.kill('SIGKILL');
      await running.ended;
      const now = evaluatedIn(journal);
      expect(now.slice(0, kept.length)).toEqual(kept);
      kept = now;
      running = startCli(['search', '--resume', folder, '--json']);
    }
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(essence(stdout)).toEqual(essence(expected));
    const genotypes = evaluatedIn(journal).map(({ genotype }) => genotype);
    expect(new Set(genotypes).size).toBe(genotypes.length);
  });

  it(`ends like an uninterrupted run after the sidecar died ${KILLS} times`, { timeout: scaled(600_000) }, async () => {
    const { stdout: expected } = await uninterrupted;
    const total = (JSON.parse(expected) as SearchResult).cost.evaluations;
    const out = temporaryFolder();
    const running = startCli(search(out));
    await waitUntil(() => readdirSync(out).length > 0, running.ended);
    const journal = join(out, readdirSync(out)[0] ?? '', 'journal.jsonl');
    const killed = new Set<number>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const target = Math.floor(((kill + 0.5) * total) / KILLS) + random.below(2);
      await waitUntil(() => evaluatedIn(journal).length >= target, running.ended);
      await waitUntil(() => childrenOf(running.child.pid ?? 0).some((pid) => !killed.has(pid)), running.ended);
      for (const pid of childrenOf(running.child.pid ?? 0)) {
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
    }
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(killed.size).toBeGreaterThanOrEqual(KILLS);
    expect(essence(stdout)).toEqual(essence(expected));
    const genotypes = evaluatedIn(journal).map(({ genotype }) => genotype);
    expect(new Set(genotypes).size).toBe(genotypes.length);
  });
});
