/** Which of a benchmark's series of figures a search goes by. */
import { UsageError } from '../errors.js';
import type { BenchmarkSummary } from '../protocol/messages.js';

export type Series = BenchmarkSummary['series'][number];

/** A series as a person names it; null epochs are whichever there are. */
export interface NamedSeries {
  readonly dataset: string;
  readonly split: string;
  readonly epochs: number | null;
}

/**
 * The series that was named. Where none was, the validation accuracy on the data set: what a search may see. Of several,
 * the mean is preferred to single trainings, and long trainings to short ones.
 * @throws UsageError `unknown-series` for one that the table does not have; `test-accuracy-only` where none was named and
 *   no validation accuracy is there.
 */
export function chooseSeries(summary: BenchmarkSummary, dataset: string, named: NamedSeries | null): Series {
  const fitting = summary.series.filter((series) => (named ? isNamed(series, named) : isValidation(series, dataset)));
  const [best] = [...fitting].sort(preference);
  if (best !== undefined) return best;
  const thereAre = `There are: ${[...new Set(summary.series.map(nameOf))].join('; ')}.`;
  if (named !== null) {
    const { split, epochs } = named;
    throw new UsageError(
      `The table of ${summary.benchmark} has no figures of ${nameOf({ dataset: named.dataset, split, epochs })}.`,
      { code: 'unknown-series', nextSteps: [thereAre, 'Set RMINAS.BENCHMARK_SERIES to one of them.'] },
    );
  }
  throw new UsageError(
    `This table of ${summary.benchmark} has no validation accuracy on ${dataset}, only test accuracy: a search that ` +
      'goes by it is an oracle.',
    {
      code: 'test-accuracy-only',
      nextSteps: [thereAre, 'Import a table with validation accuracies, or name a series in RMINAS.BENCHMARK_SERIES.'],
    },
  );
}

/** Whether a figure of an architecture is of the series. */
export function isOf(figure: Omit<Series, 'architectures' | 'best' | 'worst' | 'mean'>, series: Series): boolean {
  return (
    figure.dataset === series.dataset &&
    figure.split === series.split &&
    figure.epochs === series.epochs &&
    figure.aggregation === series.aggregation &&
    figure.seed === series.seed
  );
}

function isNamed(series: Series, { dataset, split, epochs }: NamedSeries): boolean {
  return same(series.dataset, dataset) && same(series.split, split) && (epochs === null || series.epochs === epochs);
}

/** NAS-Bench-201 has `cifar10-valid`, whose networks are trained on half of the images, and splits `x-valid`. */
function isValidation(series: Series, dataset: string): boolean {
  return (same(series.dataset, dataset) || same(series.dataset, `${dataset}-valid`)) && /valid/i.test(series.split);
}

/** Names are the same however they are capitalised: the field itself writes ImageNet16-120 in several ways. */
function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function preference(a: Series, b: Series): number {
  return Number(a.seed !== null) - Number(b.seed !== null) || (b.epochs ?? 0) - (a.epochs ?? 0);
}

export function nameOf({ dataset, split, epochs }: NamedSeries): string {
  return epochs === null ? `${dataset} ${split}` : `${dataset} ${split} ${epochs}`;
}
