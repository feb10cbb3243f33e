/** The accuracies of an architecture in a benchmark; those of other data sets are marked as a transfer. */
import { isTransfer, reportedFigures } from '../../benchmarks/reported.js';
import type { BenchmarkAnswer } from '../../protocol/messages.js';
import { grouped } from '../../system/units.js';
import type { Fact } from './schema.js';

/** @param searched data set of the search or the training; null when there was none */
export function benchmarkFacts({ benchmark, figures }: BenchmarkAnswer, searched: string | null): Fact[] {
  return reportedFigures(figures).map((figure) => ({
    label: isTransfer(figure, searched) ? `transfer to ${figure.dataset}` : `${figure.dataset} accuracy`,
    value: `${figure.accuracy.toFixed(2)} %`,
    note: `place ${grouped(figure.rank)} of ${grouped(figure.of)} in ${benchmark}`,
  }));
}
