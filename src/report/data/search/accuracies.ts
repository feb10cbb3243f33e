/** The true accuracies of the architectures of a search, from an imported index or from the tables that ship with rminas. */
import { existsSync } from 'node:fs';
import type { BenchmarkSource } from '../../../benchmarks/figures.js';
import { indexFile, indexFolder } from '../../../benchmarks/places.js';
import { reportedFigures } from '../../../benchmarks/reported.js';
import { withSidecar } from '../../../benchmarks/service.js';
import { shippedBenchmark } from '../../../benchmarks/shipped.js';
import { findInBenchmark, indexSource } from '../../../benchmarks/source.js';
import { InterruptedError, RminasError } from '../../../errors.js';
import type { BenchmarkFigure } from '../../../protocol/messages.js';
import { memoOf } from './memo.js';
import type { AccuracySource, SearchRecords } from './records.js';

export interface AccuracyOptions {
  /** Whether to read an imported index, which takes a Python process. It goes before the tables that ship with rminas. */
  readonly imported?: boolean;
}

interface Wanted {
  readonly benchmark: string;
  /** Data set of the search. */
  readonly dataset: string;
  /** Canonical genotypes of all evaluated architectures. */
  readonly genotypes: ReadonlySet<string>;
}

/** What has been looked up. */
interface Known {
  /** In per cent, by canonical genotype; null where the benchmark has none. */
  readonly accuracies: Map<string, number | null>;
  /** The name of the accuracies; null where there is none. */
  series: string | null;
}

/**
 * Looks all evaluated architectures up.
 * @returns undefined for a space without a table, and for a search on another data set than those of the table
 */
export async function accuraciesOf(
  { lines, planned }: Pick<SearchRecords, 'lines' | 'planned'>,
  { imported = false }: AccuracyOptions = {},
): Promise<AccuracySource | undefined> {
  const definition = planned?.plan.definitions.space.benchmark;
  const dataset = planned?.plan.specification.dataset;
  if (definition === null || definition === undefined || dataset === undefined) return undefined;
  const genotypes = new Set(lines.flatMap(({ entry }) => (entry.type === 'evaluated' ? [entry.genotype] : [])));
  const wanted = { benchmark: definition.name, dataset, genotypes };
  const shipped = shippedBenchmark(definition);
  return (
    (imported ? await importedAccuracies(wanted) : undefined) ??
    (shipped === undefined ? undefined : lookUp(shipped, wanted, memoOf(lines)))
  );
}

/** The accuracies are an addition: a report does without an index that cannot be read. */
async function importedAccuracies(wanted: Wanted): Promise<AccuracySource | undefined> {
  const index = indexFile(wanted.benchmark, indexFolder());
  if (!existsSync(index)) return undefined;
  const known = { accuracies: new Map<string, number | null>(), series: null };
  try {
    return await withSidecar({}, [index], (sidecar) => lookUp(indexSource(sidecar, index), wanted, known));
  } catch (error) {
    if (error instanceof RminasError && !(error instanceof InterruptedError)) return undefined;
    throw error;
  }
}

async function lookUp(
  source: BenchmarkSource,
  { benchmark, dataset, genotypes }: Wanted,
  known: Known,
): Promise<AccuracySource | undefined> {
  const { accuracies } = known;
  for (const genotype of genotypes) {
    if (accuracies.has(genotype)) continue;
    const answer = await findInBenchmark(source, genotype);
    const figure = reportedFigures(answer?.figures ?? []).find((one) => one.dataset.toLowerCase() === dataset);
    accuracies.set(genotype, figure?.accuracy ?? null);
    if (figure !== undefined) known.series ??= nameOf(figure, benchmark);
  }
  const { series: name } = known;
  return name === null ? undefined : { name, accuracyOf: (canonical) => accuracies.get(canonical) ?? null };
}

function nameOf({ dataset, split, epochs }: BenchmarkFigure, benchmark: string): string {
  return `${benchmark}, ${dataset} ${split} accuracy${epochs === null ? '' : ` after ${epochs} epochs`}`;
}
