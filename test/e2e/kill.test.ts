import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SearchResult } from '../../src/runs/result.js';
import { createRandom } from '../../src/spaces/random.js';
import { ROOT, runCli, startCli, temporaryFolder } from '../support/run-cli.js';

const CONFIG = join(ROOT, 'test/fixtures/tiny.yaml');
const KILLS = 10;

interface Line {
  readonly entry: { readonly type: string; readonly genotype?: string; readonly outcome?: unknown };
}

function linesOf(journal: string): Line[] {
  if (!existsSync(journal)) return [];
  const text = readFileSync(journal, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

const evaluatedIn = (journal: string) =>
  linesOf(journal).flatMap(({ entry }) => (entry.type === 'evaluated' ? [entry] : []));

/** What must be equal however often the run died: everything but times, paths and sessions. */
function essence(stdout: string): unknown {
  const { cost, files: _files, score, ...rest } = JSON.parse(stdout) as SearchResult;
  const { architectures, evaluations, reused, failures, steps } = cost;
  return { ...rest, score: { ...score, seconds: 0 }, architectures, evaluations, reused, failures, steps };
}

async function waitUntil(condition: () => boolean, ended: Promise<unknown>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!condition() && !over) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Processes that a process started, by /proc. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

const search = (out: string) => ['search', '--cfg', CONFIG, '--json', '--out', out];

describe.skipIf(process.platform !== 'linux')('a run that is killed', () => {
  const uninterrupted = runCli(search(temporaryFolder()));
  const random = createRandom(Number(process.env.RMINAS_KILL_SEED ?? 1), 'kill-test', 0);

  it(`ends as the uninterrupted one after the controller died ${KILLS} times`, { timeout: 240_000 }, async () => {
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

  it(`ends as the uninterrupted one after the sidecar died ${KILLS} times`, { timeout: 240_000 }, async () => {
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
