import { benchmarkOf } from '../benchmarks/catalogue.js';
import { findTable, indexFolder } from '../benchmarks/places.js';
import { type Config, dataFolders, locateAssets, type SearchPlan } from '../config/index.js';
import type { Prepared } from '../protocol/messages.js';
import type { Assets } from '../protocol/specification.js';
import { Sidecar } from '../sidecar/client.js';
import { findPython } from '../sidecar/python.js';
import type { RunEvent } from './events.js';
import { type SettledPlan, settlePlan } from './open-run.js';

/** A sidecar whose workers hold the batch that a plan describes. */
export interface WorkingSidecar {
  readonly sidecar: Sidecar;
  readonly prepared: Prepared;
  /** What the batch was built for. */
  readonly settled: SettledPlan;
}

/**
 * Starts a sidecar and has it build the batch and run the teacher.
 * @throws MissingError for files that are not there, before anything is started.
 */
export async function startWorkingSidecar(options: {
  config: Config;
  plan: SearchPlan;
  data: string | null;
  workers: number;
  python: string | undefined;
  signal: AbortSignal;
  emit: (event: RunEvent) => void;
}): Promise<WorkingSidecar> {
  const { config, plan, data, workers, signal, emit } = options;
  const assets = await locateAssets(plan.specification, config, { data: data ?? undefined });
  const { threads, workerDeadline, device } = plan.settings;
  const notice = (text: string) => emit({ type: 'notice', text });
  for (const text of config.notices) notice(text);
  const sidecar = await Sidecar.start({
    python: await findPython(options.python),
    workers,
    ...(threads > 0 && { threads }),
    workerDeadline,
    paths: pathsOf(assets, plan.specification.space, dataFolders({ data: data ?? undefined })),
    device,
    signal,
    onLog: (level, text) => {
      if (level !== 'debug') notice(`sidecar: ${text}`);
    },
    onRestart: (reason) => notice(`The sidecar is started again: ${reason}`),
  });
  try {
    const settled = settlePlan(config, sidecar.hello.xnas);
    const { specification } = settled.plan;
    const body = { digest: settled.digest, specification, assets };
    const prepared = await sidecar.request('prepare', body, { signal });
    emit({ type: 'run-prepared', hello: sidecar.hello, prepared });
    if (specification.backend === 'xnas') notice(`Networks, RMI loss and forest are those of ${sidecar.hello.xnas}.`);
    for (const text of prepared.notes) notice(text);
    return { sidecar, prepared, settled };
  } catch (error) {
    await sidecar.close();
    throw error;
  }
}

/** What the sidecar may open: the search's own files, the indexes, and the table that one may be imported from. */
function pathsOf({ dataset, teacher }: Assets, space: string, folders: readonly string[]): string[] {
  const benchmark = benchmarkOf(space);
  const table = benchmark && findTable(benchmark, folders);
  return [dataset, teacher, table, indexFolder()].filter((path) => typeof path === 'string');
}
