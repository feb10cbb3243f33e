import type { Places } from '../assets/places.js';
import { InterruptedError, RminasError } from '../errors.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import type { Sidecar } from '../sidecar/client.js';
import { benchmarkOf } from './benchmark.js';
import { missingIndexAdvice } from './ready-index.js';
import { openBenchmark } from './source.js';

export interface Consultation {
  space: string;
  genotype: string;
  /** Data folder named by the user, or null. */
  data: string | null;
  /** Environment and current folder, if they differ from those of this process. */
  places?: Pick<Places, 'env' | 'cwd'>;
}

export interface BenchmarkFindings {
  answer: BenchmarkAnswer | null;
  /** The source of the figures, or how to get them. */
  note: string;
}

/**
 * Queries the space's benchmark for an architecture: its index, a table in a data folder, which is imported first, or the
 * table that ships with rminas. The benchmark is optional: a problem with it becomes the note, not an error.
 * @throws InterruptedError
 */
export async function consultBenchmark(
  sidecar: Pick<Sidecar, 'request'>,
  { space, genotype, data, places = {} }: Consultation,
): Promise<BenchmarkFindings> {
  const benchmark = benchmarkOf(space);
  if (!benchmark) return { answer: null, note: `The space ${space} has no benchmark.` };
  try {
    const source = await openBenchmark(sidecar, benchmark, data, places);
    if (source === undefined) return { answer: null, note: missingIndexAdvice(benchmark) };
    const answer = await source.query(genotype);
    const notice = source.imported === undefined ? '' : ` (imported just now from ${source.imported})`;
    return { answer, note: `${answer.source}${notice}` };
  } catch (error) {
    if (!(error instanceof RminasError) || error instanceof InterruptedError) throw error;
    return { answer: null, note: [error.message, ...error.nextSteps].join(' ') };
  }
}
