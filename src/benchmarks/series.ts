/** Chooses the series of accuracies that a search uses. */
import { UsageError } from '../errors.js';
import type { BenchmarkSeries, BenchmarkSummary } from '../protocol/messages.js';

/** A series as the user names it. Null epochs match any number of epochs. */
export interface NamedSeries {
  readonly dataset: string;
  readonly split: string;
  readonly epochs: number | null;
}

/**
 * Chooses the named series. Without a name, it is the validation accuracy on the data set, because a search must not see
 * test accuracies. Means are preferred to single trainings, and long trainings to short ones.
 * @throws UsageError `unknown-series` when the table lacks the named series; `test-accuracy-only` when none was named and
 *   the table has no validation accuracy.
 */
export function chooseSeries(summary: BenchmarkSummary, dataset: string, named: NamedSeries | null): BenchmarkSeries {
  const matching = summary.series.filter((series) => (named ? isNamed(series, named) : isValidation(series, dataset)));
  const [best] = [...matching].sort(preference);
  if (best !== undefined) return best;
  const available = `Available series: ${[...new Set(summary.series.map(seriesName))].join('; ')}.`;
  if (named !== null) {
    const { split, epochs } = named;
    throw new UsageError(
      `The table of ${summary.benchmark} has no figures of ${seriesName({ dataset: named.dataset, split, epochs })}.`,
      { code: 'unknown-series', nextSteps: [available, 'Set RMINAS.BENCHMARK_SERIES to one of these.'] },
    );
  }
  throw new UsageError(
    `This table of ${summary.benchmark} has no validation accuracy on ${dataset}, only test accuracy. A search by test ` +
      'accuracy is an oracle.',
    {
      code: 'test-accuracy-only',
      nextSteps: [available, 'Import a table with validation accuracies, or name a series in RMINAS.BENCHMARK_SERIES.'],
    },
  );
}

/** Whether a figure belongs to the series. */
export function belongsTo(
  figure: Omit<BenchmarkSeries, 'architectures' | 'best' | 'worst' | 'mean'>,
  series: BenchmarkSeries,
): boolean {
  return (
    figure.dataset === series.dataset &&
    figure.split === series.split &&
    figure.epochs === series.epochs &&
    figure.aggregation === series.aggregation &&
    figure.seed === series.seed
  );
}

function isNamed(series: BenchmarkSeries, { dataset, split, epochs }: NamedSeries): boolean {
  return same(series.dataset, dataset) && same(series.split, split) && (epochs === null || series.epochs === epochs);
}

/** Matches NAS-Bench-201's `cifar10-valid`, too: its networks are trained on half of CIFAR-10, and `x-valid` is the rest. */
function isValidation(series: BenchmarkSeries, dataset: string): boolean {
  return (same(series.dataset, dataset) || same(series.dataset, `${dataset}-valid`)) && /valid/i.test(series.split);
}

/** Ignores case: papers spell ImageNet16-120 in several ways. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function preference(a: BenchmarkSeries, b: BenchmarkSeries): number {
  return Number(a.seed !== null) - Number(b.seed !== null) || (b.epochs ?? 0) - (a.epochs ?? 0);
}

export function seriesName({ dataset, split, epochs }: NamedSeries): string {
  return epochs === null ? `${dataset} ${split}` : `${dataset} ${split} ${epochs}`;
}
