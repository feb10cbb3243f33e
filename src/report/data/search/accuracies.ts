/** The true accuracies of the architectures of a search, from the tables that ship with rminas. */
import { reportedFigures } from '../../../benchmarks/reported.js';
import { shippedBenchmark } from '../../../benchmarks/shipped.js';
import { findInBenchmark } from '../../../benchmarks/source.js';
import type { BenchmarkFigure } from '../../../protocol/messages.js';
import { memoOf } from './memo.js';
import type { AccuracySource, SearchRecords } from './records.js';

/**
 * Looks all evaluated architectures up.
 * @returns undefined for a space without a table, and for a search on another data set than those of the table
 */
export async function accuraciesOf({
  lines,
  planned,
}: Pick<SearchRecords, 'lines' | 'planned'>): Promise<AccuracySource | undefined> {
  const definition = planned?.plan.definitions.space.benchmark;
  const dataset = planned?.plan.specification.dataset;
  const source = definition ? shippedBenchmark(definition) : undefined;
  if (definition === null || definition === undefined || source === undefined || dataset === undefined)
    return undefined;
  const memo = memoOf(lines);
  for (const { entry } of lines) {
    if (entry.type !== 'evaluated' || memo.accuracies.has(entry.genotype)) continue;
    const answer = await findInBenchmark(source, entry.genotype);
    const figure = reportedFigures(answer?.figures ?? []).find((one) => one.dataset.toLowerCase() === dataset);
    memo.accuracies.set(entry.genotype, figure?.accuracy ?? null);
    if (figure !== undefined) memo.series ??= nameOf(figure, definition.name);
  }
  const { series: name } = memo;
  return name === null ? undefined : { name, accuracyOf: (canonical) => memo.accuracies.get(canonical) ?? null };
}

function nameOf({ dataset, split, epochs }: BenchmarkFigure, benchmark: string): string {
  return `${benchmark}, ${dataset} ${split} accuracy${epochs === null ? '' : ` after ${epochs} epochs`}`;
}
