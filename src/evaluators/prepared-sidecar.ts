import { locateAssets } from '../assets/locate.js';
import { dataFolders } from '../assets/places.js';
import { benchmarkOf } from '../benchmarks/benchmark.js';
import { findTable, indexFolder } from '../benchmarks/places.js';
import { type Config, planSearch, resolveBackend, type SearchPlan, specificationDigest } from '../config/index.js';
import { pluginArguments } from '../definitions/plugin.js';
import type { Hello, Prepared } from '../protocol/messages.js';
import type { Assets } from '../protocol/specification.js';
import { Sidecar } from '../sidecar/client.js';
import { findPython } from '../sidecar/process/find-python.js';
import { checkAvailable, proxiesOf } from './available.js';

/** A plan that no longer depends on what is installed. */
export interface ResolvedPlan {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** SHA-256 of the plan's specification. */
  readonly digest: string;
}

/** A sidecar that runs, and the plan that it runs for. */
export interface StartedSidecar {
  readonly sidecar: Sidecar;
  readonly resolved: ResolvedPlan;
}

/** A sidecar whose workers hold the batch that the plan describes. */
export interface PreparedSidecar extends StartedSidecar {
  readonly prepared: Prepared;
}

export interface StartOptions {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  readonly python: string | undefined;
  readonly signal: AbortSignal;
  readonly workers: number;
  /** Names of proxies that will be measured besides those of the plan's objective. */
  readonly proxies?: readonly string[];
  /** Receives messages for the user. */
  readonly notify: (text: string) => void;
  /** Called when a cluster takes a worker away, with the type of its request; null if it had none. */
  readonly onPreempted?: ((request: string | null) => void) | undefined;
  /** Called when the batch is there and the teacher has run. */
  readonly onPrepared: (hello: Hello, prepared: Prepared) => void;
}

/** @param xnas the folder that XNAS can be imported from; null when it cannot be. */
export function resolvePlan(config: Config, xnas: string | null): ResolvedPlan {
  const resolved = resolveBackend(config, xnas);
  const plan = planSearch(resolved);
  return { config: resolved, plan, digest: specificationDigest(plan.specification, config.plugins) };
}

/**
 * Starts a sidecar and has it build the batch and run the teacher.
 * @throws MissingError for missing files, before anything is started.
 */
export async function startPreparedSidecar(options: StartOptions): Promise<PreparedSidecar> {
  const { config, plan, data, workers, proxies = [], notify } = options;
  const assets = await locateAssets(plan.specification, config, { data: data ?? undefined });
  const sidecar = await start(options, workers, assets);
  try {
    const resolved = resolvePlan(config, sidecar.hello.xnas);
    const { specification, settings } = resolved.plan;
    const measured = [...proxies, ...proxiesOf(settings.objective)];
    checkAvailable(sidecar.hello.available, { specification, proxies: measured });
    const prepared = await prepare({ sidecar, resolved }, assets, options);
    if (specification.backend === 'xnas') notify(`Networks, RMI loss and forest are those of ${sidecar.hello.xnas}.`);
    return prepared;
  } catch (error) {
    await sidecar.close();
    throw error;
  }
}

/**
 * Has the workers of a running sidecar hold the batch of another plan too. The plan has the files of the first one.
 * @throws MissingError for missing files
 */
export async function prepareAlso(
  sidecar: Sidecar,
  options: Pick<StartOptions, 'config' | 'plan' | 'data' | 'signal' | 'notify' | 'onPrepared'>,
): Promise<PreparedSidecar> {
  const { config, plan, data } = options;
  const assets = await locateAssets(plan.specification, config, { data: data ?? undefined });
  return prepare({ sidecar, resolved: resolvePlan(config, sidecar.hello.xnas) }, assets, options);
}

async function prepare(
  { sidecar, resolved }: StartedSidecar,
  assets: Assets,
  { signal, notify, onPrepared }: Pick<StartOptions, 'signal' | 'notify' | 'onPrepared'>,
): Promise<PreparedSidecar> {
  const { specification } = resolved.plan;
  const body = { digest: resolved.digest, specification, assets };
  const prepared = await sidecar.request('prepare', body, { signal });
  onPrepared(sidecar.hello, prepared);
  for (const text of prepared.notes) notify(text);
  return { sidecar, prepared, resolved };
}

/**
 * Starts a sidecar that trains nothing, and needs neither images nor a teacher.
 * @param workers none, or those that find the costs of networks
 */
export async function startWithoutBatch(options: StartOptions, workers = 0): Promise<StartedSidecar> {
  const sidecar = await start(options, workers, { dataset: null, teacher: null });
  return { sidecar, resolved: resolvePlan(options.config, null) };
}

async function start(options: StartOptions, workers: number, assets: Assets): Promise<Sidecar> {
  const { config, plan, data, signal, notify } = options;
  const { threads, stack, startDeadline, workerDeadline, device, cluster } = plan.settings;
  for (const text of config.notices) notify(text);
  const named = device.split(',').length;
  if (workers > 0 && named > workers)
    notify(`RMINAS.DEVICE names ${named} devices, and there are only ${workers} workers: set RMINAS.WORKERS ${named}.`);
  return Sidecar.start({
    python: await findPython(options.python),
    workers,
    threads,
    stack,
    startDeadline,
    workerDeadline,
    paths: pathsOf(assets, plan.specification.space, dataFolders({ data: data ?? undefined })),
    device,
    cluster: cluster ?? undefined,
    plugins: pluginArguments(config.plugins),
    signal,
    onPreempted: options.onPreempted ?? (() => {}),
    ...sidecarMessages(notify),
  });
}

/** The messages of a running sidecar for the user. */
export function sidecarMessages(notify: (text: string) => void) {
  return {
    onLog: (level: string, text: string) => {
      if (level !== 'debug') notify(`sidecar: ${text}`);
    },
    onWait: notify,
    onRestart: (reason: string) => notify(`The sidecar is started again: ${reason}`),
  };
}

/** The paths that the sidecar may open: files of the search, the indexes, and a table to import. */
function pathsOf({ dataset, teacher, teacherCode }: Assets, space: string, folders: readonly string[]): string[] {
  const benchmark = benchmarkOf(space);
  const table = benchmark && findTable(benchmark, folders);
  return [dataset, teacher, teacherCode, table, indexFolder()].filter((path) => typeof path === 'string');
}
