import type { BenchmarkFigure } from '../protocol/messages.js';

/** The figures that papers report; all figures if papers report none. */
export function reportedFigures(figures: readonly BenchmarkFigure[]): readonly BenchmarkFigure[] {
  const reported = figures.filter((figure) => figure.reported);
  return reported.length > 0 ? reported : figures;
}
