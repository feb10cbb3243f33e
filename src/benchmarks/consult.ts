import { existsSync } from 'node:fs';
import { dataFolders, type Places } from '../config/assets.js';
import { InterruptedError, RminasError } from '../errors.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import type { Sidecar } from '../sidecar/client.js';
import { type Benchmark, benchmarkOf } from './catalogue.js';
import { findTable, indexFile, indexFolder } from './places.js';

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
  const folder = indexFolder(places.env);
  const index = indexFile(benchmark.name, folder);
  const table = existsSync(index)
    ? undefined
    : findTable(benchmark, dataFolders({ ...places, data: data ?? undefined }));
  try {
    if (table !== undefined) await sidecar.request('import-benchmark', { file: table, folder });
    else if (!existsSync(index)) return { answer: null, note: whatIsNeeded(benchmark) };
    const answer = await sidecar.request('query-benchmark', { index, architecture: genotype });
    const notice = table === undefined ? '' : ` (imported just now from ${table})`;
    return { answer, note: `${answer.source}${notice}` };
  } catch (error) {
    if (!(error instanceof RminasError) || error instanceof InterruptedError) throw error;
    return { answer: null, note: [error.message, ...error.nextSteps].join(' ') };
  }
}

function whatIsNeeded({ name, table }: Benchmark): string {
  return (
    `There is no index of ${name}. Import its table of accuracies with \`rminas benchmark import FILE\`, ` +
    `or put it into the data folder as ${table.folder}/*${table.extension}.`
  );
}
