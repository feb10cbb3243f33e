import type { Places } from '../assets/places.js';
import { InterruptedError, RminasError } from '../errors.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import type { Sidecar } from '../sidecar/client.js';
import { benchmarkOf } from './benchmark.js';
import { readyIndex, whatIsNeeded } from './ready-index.js';

export interface Consultation {
  space: string;
  genotype: string;
  /** Data folder that the user named, or null. */
  data: string | null;
  /** Environment and current folder, where they are not those of this process. */
  places?: Pick<Places, 'env' | 'cwd'>;
}

export interface BenchmarkFindings {
  answer: BenchmarkAnswer | null;
  /** Where the figures come from, or what would be needed to have them. */
  note: string;
}

/**
 * Asks the space's benchmark about an architecture, through a sidecar that runs already. Where there is no index yet
 * and a data folder holds the table, it is imported first. A benchmark is an extra: whatever is wrong with it is said in
 * the note and does not cost the caller its own result.
 * @throws InterruptedError
 */
export async function consultBenchmark(
  sidecar: Pick<Sidecar, 'request'>,
  { space, genotype, data, places = {} }: Consultation,
): Promise<BenchmarkFindings> {
  const benchmark = benchmarkOf(space);
  if (!benchmark) return { answer: null, note: `There is no benchmark of the space ${space}.` };
  try {
    const ready = await readyIndex(sidecar, benchmark, data, places);
    if (ready === undefined) return { answer: null, note: whatIsNeeded(benchmark) };
    const answer = await sidecar.request('query-benchmark', { index: ready.index, architecture: genotype });
    const notice = ready.table === undefined ? '' : ` (imported just now from ${ready.table})`;
    return { answer, note: `${answer.source}${notice}` };
  } catch (error) {
    if (!(error instanceof RminasError) || error instanceof InterruptedError) throw error;
    return { answer: null, note: [error.message, ...error.nextSteps].join(' ') };
  }
}
