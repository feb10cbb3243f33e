import type { BenchmarkFigure } from '../protocol/messages.js';

/** The figures that papers report; all figures if papers report none. */
export function reportedFigures(figures: readonly BenchmarkFigure[]): readonly BenchmarkFigure[] {
  const reported = figures.filter((figure) => figure.reported);
  return reported.length > 0 ? reported : figures;
}

/**
 * Whether a figure is about another data set than the one searched on.
 * @param searched null when no data set was searched on
 */
export function isTransfer({ dataset }: Pick<BenchmarkFigure, 'dataset'>, searched: string | null): boolean {
  return searched !== null && ![searched, `${searched}-valid`].includes(dataset.toLowerCase());
}
