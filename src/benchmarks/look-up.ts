import { UsageError } from '../errors.js';
import type { BenchmarkAnswer, BenchmarkFigure } from '../protocol/messages.js';
import type { Sidecar } from '../sidecar/client.js';

/**
 * Queries an index for one architecture. Returns null if the index does not contain it.
 * @throws MissingError when the file is not an index.
 */
export async function findArchitecture(
  sidecar: Pick<Sidecar, 'request'>,
  index: string,
  genotype: string,
): Promise<BenchmarkAnswer | null> {
  try {
    return await sidecar.request('query-benchmark', { index, architecture: genotype });
  } catch (error) {
    if (error instanceof UsageError && error.code === 'unknown-architecture') return null;
    throw error;
  }
}

/** The figures that papers report; all figures if papers report none. */
export function reportedFigures(figures: readonly BenchmarkFigure[]): readonly BenchmarkFigure[] {
  const reported = figures.filter((figure) => figure.reported);
  return reported.length > 0 ? reported : figures;
}
