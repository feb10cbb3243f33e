/** The tables of test accuracies that ship with rminas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BENCHMARKS } from '../../src/benchmarks/benchmark.js';
import type { BenchmarkSource } from '../../src/benchmarks/figures.js';
import { shippedBenchmark } from '../../src/benchmarks/shipped.js';

const data = process.env.RMINAS_TEST_DATA;
const any = { dataset: null, split: null, epochs: null, seed: null };

function shipped(name: string): BenchmarkSource {
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  const source = benchmark && shippedBenchmark(benchmark);
  if (source === undefined) throw new Error(`No table of ${name} ships.`);
  return source;
}

function publishedFile(name: string, ending: string): string {
  const folder = join(data ?? '', name);
  return readFileSync(join(folder, readdirSync(folder).find((file) => file.endsWith(ending)) ?? ''), 'utf8');
}

describe('the table of NAS-Bench-201', () => {
  const source = shipped('nas-bench-201');

  it('has the published accuracies and ranks of a known architecture', async () => {
    const { figures, genotype, architectures } = await source.query(9930);
    expect(architectures).toBe(15_625);
    expect(genotype).toBe(
      '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|',
    );
    expect(figures.map(({ dataset, accuracy, rank, regret }) => [dataset, accuracy, rank, regret])).toEqual([
      ['cifar10', 94.3633, 3, 0.01],
      ['cifar100', 73.5133, 1, 0],
      ['ImageNet16-120', 46.3444, 26, 0.9667],
    ]);
    await expect(source.query(genotype)).resolves.toMatchObject({ number: 9930 });
  });

  it('ranks by the series that is asked for, and lists all', async () => {
    const { series, best } = await source.rank({ ...any, dataset: 'CIFAR100' }, 2);
    expect(series).toMatchObject({ dataset: 'cifar100', split: 'x-test', epochs: 200, reported: true });
    expect(best.map(({ rank, number }) => [rank, number])).toEqual([
      [1, 9930],
      [2, expect.any(Number)],
    ]);
    const { series: all } = await source.summary();
    expect(all.map(({ dataset, best: highest }) => [dataset, highest])).toEqual([
      ['cifar10', 94.3733],
      ['cifar100', 73.5133],
      ['ImageNet16-120', 47.3111],
    ]);
  });

  it('refuses architectures and series that it does not have', async () => {
    await expect(source.query(15_625)).rejects.toMatchObject({ code: 'unknown-architecture' });
    await expect(source.rank({ ...any, split: 'x-valid' }, 1)).rejects.toMatchObject({ code: 'unknown-series' });
  });

  it.skipIf(data === undefined)('equals the published table, line by line', async () => {
    const [, ...lines] = publishedFile('nas-bench-201', '.csv').trim().split('\n');
    expect(lines).toHaveLength(15_625);
    for (const line of lines) {
      const [number, genotype, ...accuracies] = line.split(',');
      const answer = await source.query(genotype ?? '');
      expect([String(answer.number), ...answer.figures.map(({ accuracy }) => accuracy.toFixed(4))]).toEqual([
        number,
        ...accuracies.map((accuracy) => Number(accuracy).toFixed(4)),
      ]);
    }
  });
});

describe('the table of NAS-Bench-Macro', () => {
  const source = shipped('nas-bench-macro');

  it('numbers architectures by their genotypes read in base 3', async () => {
    await expect(source.query('00000012')).resolves.toMatchObject({ number: 5, architectures: 6_561 });
    const { best } = await source.rank(any, 1);
    expect(best[0]?.accuracy).toBeCloseTo(93.13, 2);
  });

  it.skipIf(data === undefined)('equals the published table to four digits', async () => {
    const table: Record<string, { mean_acc: number }> = JSON.parse(publishedFile('nas-bench-macro', '.json'));
    expect(Object.keys(table)).toHaveLength(6_561);
    for (const [genotype, { mean_acc }] of Object.entries(table)) {
      const { figures } = await source.query(genotype);
      expect(Math.abs((figures[0]?.accuracy ?? 0) - mean_acc)).toBeLessThanOrEqual(5.1e-5);
    }
  });
});
