/** Searches by objectives other than the loss. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finalists, resultSchema, type SearchResult } from '../../src/index.js';
import { aggregateOf } from '../../src/objectives/aggregate.js';
import type { ProxyValues, WeightedProxy } from '../../src/objectives/index.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { essence, evaluatedIn, linesOf } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const SMALL = ['RMINAS.RF_WARMUP', '6', 'RMINAS.RF_SUCC', '2', 'RMINAS.MAX_EVALUATIONS', '9'];

async function run(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ stdout: string; result: SearchResult }> {
  const { code, stdout, stderr } = await runInProcess(words, { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const result = JSON.parse(stdout) as SearchResult;
  expect(resultSchema.parse(result)).toEqual(result);
  return { stdout, result };
}

const search = (objective: string, ...more: string[]) =>
  run(['search', '--cfg', TINY, '--json', '--objective', objective, '--out', temporaryFolder(), ...SMALL, ...more]);

describe('a search by the aggregate', () => {
  const SCREENED = ['RMINAS.CANDIDATES', '8', 'RMINAS.SCREEN', '3', 'RMINAS.AGGREGATE', 'rmi 1 synflow 0.5 flops 1'];
  const PARTS: WeightedProxy[] = [
    { name: 'rmi', direction: 'lower', needs: 'training', weight: 1 },
    { name: 'synflow', direction: 'higher', needs: 'nothing', weight: 0.5 },
    { name: 'flops', direction: 'higher', needs: 'nothing', weight: 1 },
  ];
  let stdout = '';
  let result: SearchResult;
  beforeAll(async () => {
    ({ stdout, result } = await search('aggregate', ...SCREENED));
  });

  it('finds the best architecture by the ranks of its measurements', () => {
    // The last evaluation is that of the answer, if the search had not evaluated it.
    const observed = evaluatedIn(result.files.journal).slice(0, result.cost.evaluations);
    const measured = observed.map(({ genotype = '', outcome }) => ({
      genotype,
      parts: (outcome as { parts: ProxyValues }).parts,
    }));
    const value = aggregateOf(
      PARTS,
      measured.slice(0, 6).map(({ parts }) => parts),
    );
    const values = measured.map(({ genotype, parts }) => ({ genotype, loss: value(parts) }));
    const [best] = [...values].sort((a, b) => a.loss - b.loss);
    expect(result.best.loss).toBe(best?.loss);
    expect(nasBench201.print(nasBench201.canonical(nasBench201.parse(result.best.genotype)))).toBe(best?.genotype);
    expect(result).toMatchObject({ objective: 'aggregate', futility: null });
    expect(Object.keys(result.score.parts).sort()).toEqual(['flops', 'rmi', 'synflow']);
    expect(result.score.parts.rmi).toBe(result.score.loss);
  });

  it('hands its finalists to a last round, which names the one of lowest loss', async () => {
    const folder = result.files.folder;
    const measured = evaluatedIn(result.files.journal).slice(0, result.cost.evaluations);
    const ranks = PARTS.map(({ name, direction, weight }) => {
      const sign = direction === 'lower' ? 1 : -1;
      const costs = measured.map(({ outcome }) => sign * Number((outcome as { parts: ProxyValues }).parts[name]));
      return costs.map((cost) => weight * costs.filter((other) => other < cost).length);
    });
    const behind = measured.map(({ genotype = '' }, index) => ({
      genotype,
      rank: ranks.reduce((sum, part) => sum + (part[index] ?? 0), 0),
    }));
    const expected = behind.sort((a, b) => a.rank - b.rank).slice(0, 3);
    expect(await finalists(folder, 3)).toEqual(expected.map(({ genotype }) => genotype));
    const words = ['score', '--cfg', TINY, '--from', folder, '--best', '3', 'RNG_SEED', '5'];
    const { code, stdout: shown, stderr } = await runInProcess(words);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const losses = [...shown.matchAll(/^score +loss ([\d.e+-]+)/gm)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(3);
    const [, lowest, winner] = /^lowest loss +(\S+) +(\S+)/m.exec(shown) ?? [];
    expect(Number(lowest)).toBe(Math.min(...losses));
    expect(expected.map(({ genotype }) => genotype)).toContain(winner);
  });

  it('reports the cost of screening and measuring, as recorded in the journal', () => {
    const { measuring, screening } = result.cost;
    const entries = linesOf(result.files.journal).map(({ entry }) => entry);
    const screened = entries.filter(({ type }) => type === 'screened');
    expect(screening).toMatchObject({ measured: screened.length });
    expect(screening?.skipped).toBe(5 * entries.filter((entry) => 'screened' in entry).length);
    expect(screening?.seconds).toBeGreaterThan(0);
    expect(measuring.flops).toBeGreaterThan(0);
    const genotypes = screened.map(({ genotype }) => genotype);
    expect(new Set(genotypes).size).toBe(genotypes.length);
  });

  it('ends like an uninterrupted search, wherever it is interrupted', { timeout: scaled(300_000) }, async () => {
    const lines = readFileSync(result.files.journal, 'utf8').trimEnd().split('\n');
    const types = lines.map((line) => JSON.parse(line).entry.type as string);
    // Interrupts during the warm-up and during a screening.
    for (const kept of [types.indexOf('evaluated') + 2, types.lastIndexOf('screened')]) {
      const folder = join(temporaryFolder(), 'run');
      cpSync(result.files.folder, folder, { recursive: true });
      writeFileSync(join(folder, 'journal.jsonl'), `${lines.slice(0, kept).join('\n')}\n`);
      const resumed = await run(['search', '--resume', folder, '--json']);
      expect(essence(resumed.stdout)).toEqual(essence(stdout));
      const { screening } = resumed.result.cost;
      expect(screening).toMatchObject({
        measured: result.cost.screening?.measured,
        skipped: result.cost.screening?.skipped,
        flops: expect.closeTo(result.cost.screening?.flops ?? Number.NaN, 6),
      });
    }
  });
});

describe('a search by a proxy', () => {
  it('does not train for a proxy that needs no training, and shares its measurements', async () => {
    const env = { RMINAS_HOME: temporaryHome(), RMINAS_CACHE_MAX: '16' };
    const words = ['search', '--cfg', TINY, '--json', '--objective', 'naswot', ...SMALL, '--out'];
    const { result } = await run([...words, temporaryFolder()], env);
    expect(result.cost).toMatchObject({ steps: 0, evaluationSeconds: 0, screening: null, cached: 0 });
    expect(result.cost.measuring.seconds).toBeGreaterThan(0);
    expect(result.score).toMatchObject({ loss: null, steps: 0, parts: { naswot: expect.any(Number) } });
    expect(result.best.loss).toBe(
      Math.min(...evaluatedIn(result.files.journal).map(({ outcome }) => -naswotOf(outcome))),
    );
    const { result: again } = await run([...words, temporaryFolder()], env);
    expect(again).toMatchObject({ genotype: result.genotype, best: result.best, voters: result.voters });
    expect(again.cost).toMatchObject({ evaluations: 0, cached: result.cost.evaluations, measuring: { seconds: 0 } });
  });

  it('trains no longer than the proxy needs', async () => {
    const { result } = await search('rmi@2');
    expect(result.cost.steps).toBe(3 * result.cost.evaluations);
    const [first] = evaluatedIn(result.files.journal);
    expect(first?.outcome).toMatchObject({
      parts: { 'rmi@2': expect.any(Number) },
      evaluation: { loss: null, steps: 3 },
    });
  });
});

describe('a search by a benchmark', () => {
  const data = temporaryFolder();
  /** The table is imported once. */
  const env = { RMINAS_HOME: temporaryHome() };
  const CONFIG = join(ROOT, 'configs/nas-bench-macro-cifar10.yaml');
  const accuracyOf = (genotype: string) => 80 + Number.parseInt(genotype, 3) / 1000;
  beforeAll(() => {
    const genotypes = Array.from({ length: 3 ** 8 }, (_, number) => number.toString(3).padStart(8, '0'));
    const facts = { std: 0.1, params: 1e6, flops: 1e7 };
    const entries = genotypes.map((genotype) => {
      const accuracy = accuracyOf(genotype);
      return [genotype, { test_acc: [accuracy], mean_acc: accuracy, ...facts }];
    });
    mkdirSync(join(data, 'nas-bench-macro'));
    writeFileSync(join(data, 'nas-bench-macro/table.json'), JSON.stringify(Object.fromEntries(entries)));
  });
  const words = ['search', '--cfg', CONFIG, '--objective', 'benchmark', '--data', data, '--json'];
  const smaller = ['RMINAS.RF_WARMUP', '30', 'RMINAS.RF_SUCC', '5'];

  it('does not train, and needs neither images nor a teacher', async () => {
    const named = ['--out', temporaryFolder(), ...smaller, 'RMINAS.BENCHMARK_SERIES', 'cifar10 test'];
    const { result } = await run([...words, ...named], env);
    const observed = evaluatedIn(result.files.journal).slice(0, result.cost.evaluations);
    const accuracies = observed.map(({ genotype = '' }) => accuracyOf(genotype));
    expect(result.best.loss).toBeCloseTo(-Math.max(...accuracies), 6);
    expect(result.score.parts.accuracy).toBeCloseTo(accuracyOf(result.genotype), 6);
    expect(result).toMatchObject({ objective: 'benchmark', notes: [], cost: { steps: 0, evaluationSeconds: 0 } });
    const { stdout } = await run(['search', '--resume', result.files.folder, '--json'], env);
    expect(essence(stdout)).toEqual(essence(JSON.stringify(result)));
  });

  it('uses a test accuracy only if told to, and otherwise does not begin a run', async () => {
    const out = temporaryFolder();
    const refused = await runInProcess([...words, '--out', out, ...smaller], { env });
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringMatching(/only test accuracy.*oracle/) });
    const verified = await runInProcess([...words, '--out', out, ...smaller, '--verify', '1'], { env });
    expect(verified).toMatchObject({ code: 2, stdout: expect.stringMatching(/no images to verify/) });
    const elsewhere = words.map((word) => (word === data ? temporaryFolder() : word));
    const nowhere = await runInProcess([...elsewhere, '--out', out, ...smaller]);
    expect(nowhere).toMatchObject({ code: 3, stdout: expect.stringMatching(/rminas benchmark import/) });
    expect(readdirSync(out)).toEqual([]);
  });
});

function naswotOf(outcome: unknown): number {
  return (outcome as { parts: ProxyValues }).parts.naswot ?? Number.NaN;
}
