import { UsageError } from '../errors.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import type { Sidecar } from '../sidecar/client.js';

type Figure = BenchmarkAnswer['figures'][number];

/**
 * What an index knows of an architecture; null where it does not have it.
 * @throws MissingError for an index that is none
 */
export async function lookUp(
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

/** The figures that papers report, or all where there are none of those. */
export function reportedFigures(figures: readonly Figure[]): readonly Figure[] {
  const reported = figures.filter((figure) => figure.reported);
  return reported.length > 0 ? reported : figures;
}
