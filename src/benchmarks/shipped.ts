/** The tables of test accuracies that ship with rminas. They are read without Python. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { BUILT_IN } from '../catalogue/built-in.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import { MissingError, UsageError } from '../errors.js';
import { PACKAGE_ROOT } from '../installation/places.js';
import type { BenchmarkAnswer, BenchmarkRanking, BenchmarkSummary } from '../protocol/messages.js';
import type { Space } from '../spaces/space.js';
import { readBounded } from '../system/files.js';
import type { BenchmarkSource, WantedSeries } from './figures.js';

const MOST_BYTES = 2 ** 22;
const MOST_CHARACTERS = 2 ** 26;

const tableSchema = z.strictObject({
  schema: z.literal(1),
  /** Accuracies are whole numbers of per cent divided by this. */
  scale: z.int().min(1),
  source: z.string(),
  /** By the number of an architecture, the position of its genotype in the lexicographic order of encodings. */
  codes: z.array(z.int().min(0)),
  series: z.array(
    z.strictObject({
      dataset: z.string(),
      split: z.string(),
      epochs: z.int().min(1).nullable(),
      aggregation: z.string(),
      accuracies: z.array(z.int().min(0)),
    }),
  ),
});

interface ShippedSeries {
  readonly described: BenchmarkRanking['series'];
  /** Per cent, by the number of the architecture. */
  readonly accuracies: readonly number[];
  /** From 1, by the number of the architecture. Equal accuracies share the better rank. */
  readonly ranks: readonly number[];
  /** The numbers of all architectures, the best first. */
  readonly order: readonly number[];
}

interface ShippedTable {
  readonly source: string;
  readonly genotypes: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly series: readonly ShippedSeries[];
}

export function shippedFile(benchmark: string): string {
  return join(PACKAGE_ROOT, 'tables', `${benchmark}.json.br`);
}

/** Whether rminas ships accuracies of the benchmark. */
export function hasShipped({ name }: Pick<BenchmarkDefinition, 'name'>): boolean {
  return existsSync(shippedFile(name));
}

/** The accuracies that ship with rminas; undefined for a benchmark without them. */
export function shippedBenchmark(benchmark: BenchmarkDefinition): BenchmarkSource | undefined {
  if (!hasShipped(benchmark)) return undefined;
  const table = () => tableOf(benchmark);
  return {
    isShipped: true,
    imported: undefined,
    query: async (architecture) => answerOf(benchmark.name, table(), architecture),
    rank: async (wanted, count) => rankingOf(benchmark.name, table(), wanted, count),
    summary: async () => summaryOf(benchmark.name, table()),
  };
}

/** The files of the package do not change, so each is read once. */
const read = new Map<string, ShippedTable>();

function tableOf(benchmark: BenchmarkDefinition): ShippedTable {
  const known = read.get(benchmark.name) ?? readTable(benchmark);
  read.set(benchmark.name, known);
  return known;
}

function readTable({ name, space }: BenchmarkDefinition): ShippedTable {
  const bytes = readBounded(shippedFile(name), MOST_BYTES);
  const text = brotliDecompressSync(bytes, { maxOutputLength: MOST_CHARACTERS }).toString();
  const { source, codes, scale, series } = tableSchema.parse(JSON.parse(text));
  const { space: definition } = BUILT_IN.spaces.get(space, 'the benchmark');
  const genotypes = codes.map((code) => genotypeAt(definition, code));
  return {
    source: `shipped with rminas: ${source}. For other figures: rminas benchmark import FILE`,
    genotypes,
    numbers: new Map(genotypes.map((genotype, number) => [genotype, number])),
    series: series.map(({ accuracies, ...named }) => {
      const described = { ...named, seed: null, reported: true, architectures: accuracies.length };
      return { described, accuracies: accuracies.map((value) => value / scale), ...ranked(accuracies) };
    }),
  };
}

/** The genotype at a position in the lexicographic order of encodings. */
function genotypeAt(space: Space, code: number): string {
  const encoding = new Array<number>(space.slots.length).fill(0);
  let rest = code;
  for (let slot = space.slots.length - 1; slot >= 0; slot -= 1) {
    const categories = space.slots[slot] ?? 1;
    encoding[slot] = rest % categories;
    rest = Math.floor(rest / categories);
  }
  return space.print(encoding);
}

function ranked(accuracies: readonly number[]): Pick<ShippedSeries, 'ranks' | 'order'> {
  const accuracyOf = (number: number) => accuracies[number] ?? 0;
  const order = accuracies.map((_, number) => number).sort((a, b) => accuracyOf(b) - accuracyOf(a) || a - b);
  const ranks = new Array<number>(accuracies.length).fill(1);
  let rank = 1;
  for (const [place, number] of order.entries()) {
    const before = order[place - 1];
    if (before !== undefined && accuracyOf(before) > accuracyOf(number)) rank = place + 1;
    ranks[number] = rank;
  }
  return { ranks, order };
}

function answerOf(benchmark: string, table: ShippedTable, architecture: string | number): BenchmarkAnswer {
  const { source, genotypes, numbers, series } = table;
  const number = typeof architecture === 'number' ? architecture : (numbers.get(architecture) ?? -1);
  const genotype = genotypes[number];
  if (genotype === undefined) {
    const range = `it holds ${genotypes.length}, numbered from 0 to ${genotypes.length - 1}`;
    throw new UsageError(`The table of ${benchmark} has no architecture '${architecture}': ${range}.`, {
      code: 'unknown-architecture',
      nextSteps: ['Name one of them, by its genotype or its number.'],
    });
  }
  const figures = series.map(({ described: { architectures: of, ...named }, accuracies, ranks, order }) => {
    const accuracy = accuracies[number] ?? 0;
    const best = accuracies[order[0] ?? 0] ?? 0;
    const regret = Number((best - accuracy).toFixed(9));
    const unknown = { loss: null, trainSeconds: null, evalSeconds: null };
    return { ...named, accuracy, rank: ranks[number] ?? 1, of, regret, ...unknown };
  });
  return { benchmark, source, number, genotype, architectures: genotypes.length, figures, costs: {} };
}

function rankingOf(
  benchmark: string,
  { source, series, genotypes }: ShippedTable,
  wanted: WantedSeries,
  count: number,
): BenchmarkRanking {
  const found = series.find(({ described }) => fits(described, wanted));
  if (found === undefined) throw unknownSeries(benchmark, series);
  const best = found.order.slice(0, count).map((number) => ({
    rank: found.ranks[number] ?? 1,
    number,
    genotype: genotypes[number] ?? '',
    accuracy: found.accuracies[number] ?? 0,
    loss: null,
    costs: {},
  }));
  return { benchmark, source, series: found.described, best };
}

function fits(series: ShippedSeries['described'], wanted: WantedSeries): boolean {
  const same = (known: string, asked: string | null) => asked === null || known.toLowerCase() === asked.toLowerCase();
  return (
    same(series.dataset, wanted.dataset) &&
    same(series.split, wanted.split) &&
    (wanted.epochs === null || wanted.epochs === series.epochs) &&
    wanted.seed === null
  );
}

/** More figures can be imported, so something is missing and nothing is misused. */
function unknownSeries(benchmark: string, series: readonly ShippedSeries[]): MissingError {
  const available = series.map(({ described: { dataset, split } }) => `${dataset} with ${split}`).join('; ');
  return new MissingError(`The table of ${benchmark} that ships with rminas has no such figures.`, {
    code: 'unknown-series',
    nextSteps: [`There are: ${available}.`, 'Import a table with more figures: rminas benchmark import FILE'],
  });
}

function summaryOf(benchmark: string, { source, genotypes, series }: ShippedTable): BenchmarkSummary {
  return {
    benchmark,
    source,
    architectures: genotypes.length,
    series: series.map(({ described, accuracies, order }) => ({
      ...described,
      best: accuracies[order[0] ?? 0] ?? 0,
      worst: accuracies[order.at(-1) ?? 0] ?? 0,
      mean: accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length,
    })),
    costs: [],
  };
}
