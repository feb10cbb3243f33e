import { benchmarkOf } from '../benchmarks/catalogue.js';
import { findTable, indexFolder } from '../benchmarks/places.js';
import { type Config, dataFolders, locateAssets, type SearchPlan } from '../config/index.js';
import type { Notice, RunPrepared } from '../jobs/search/events.js';
import { type ResolvedPlan, resolvePlan } from '../jobs/search/open-run.js';
import type { Prepared } from '../protocol/messages.js';
import type { Assets } from '../protocol/specification.js';
import { Sidecar } from '../sidecar/client.js';
import { findPython } from '../sidecar/process/find-python.js';

/** A sidecar that runs, and the plan that it runs for. */
export interface ReadySidecar {
  readonly sidecar: Sidecar;
  readonly resolved: ResolvedPlan;
}

/** A sidecar whose workers hold the batch that the plan describes. */
export interface WorkingSidecar extends ReadySidecar {
  readonly prepared: Prepared;
}

export interface StartOptions {
  config: Config;
  plan: SearchPlan;
  data: string | null;
  python: string | undefined;
  signal: AbortSignal;
  workers: number;
  emit: (event: RunPrepared | Notice) => void;
}

/**
 * Starts a sidecar and has it build the batch and run the teacher.
 * @throws MissingError for files that are not there, before anything is started.
 */
export async function startWorkingSidecar(options: StartOptions): Promise<WorkingSidecar> {
  const { config, plan, data, workers, signal, emit } = options;
  const assets = await locateAssets(plan.specification, config, { data: data ?? undefined });
  const notice = (text: string) => emit({ type: 'notice', text });
  const sidecar = await start(options, workers, assets);
  try {
    const resolved = resolvePlan(config, sidecar.hello.xnas);
    const { specification } = resolved.plan;
    const body = { digest: resolved.digest, specification, assets };
    const prepared = await sidecar.request('prepare', body, { signal });
    emit({ type: 'run-prepared', hello: sidecar.hello, prepared });
    if (specification.backend === 'xnas') notice(`Networks, RMI loss and forest are those of ${sidecar.hello.xnas}.`);
    for (const text of prepared.notes) notice(text);
    return { sidecar, prepared, resolved };
  } catch (error) {
    await sidecar.close();
    throw error;
  }
}

/** Starts a sidecar that trains nothing: it has no workers, and needs neither images nor a teacher. */
export async function startReadySidecar(options: StartOptions): Promise<ReadySidecar> {
  const sidecar = await start(options, 0, { dataset: null, teacher: null });
  return { sidecar, resolved: resolvePlan(options.config, null) };
}

async function start(options: StartOptions, workers: number, assets: Assets): Promise<Sidecar> {
  const { config, plan, data, signal, emit } = options;
  const { threads, workerDeadline, device } = plan.settings;
  const notice = (text: string) => emit({ type: 'notice', text });
  for (const text of config.notices) notice(text);
  return Sidecar.start({
    python: await findPython(options.python),
    workers,
    threads,
    workerDeadline,
    paths: pathsOf(assets, plan.specification.space, dataFolders({ data: data ?? undefined })),
    device,
    signal,
    onLog: (level, text) => {
      if (level !== 'debug') notice(`sidecar: ${text}`);
    },
    onRestart: (reason) => notice(`The sidecar is started again: ${reason}`),
  });
}

/** What the sidecar may open: the search's own files, the indexes, and the table that one may be imported from. */
function pathsOf({ dataset, teacher }: Assets, space: string, folders: readonly string[]): string[] {
  const benchmark = benchmarkOf(space);
  const table = benchmark && findTable(benchmark, folders);
  return [dataset, teacher, table, indexFolder()].filter((path) => typeof path === 'string');
}
