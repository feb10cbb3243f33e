/** The batches of a table: each seed decides the images and the initial weights. */
import { locateAssets } from '../../assets/locate.js';
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { type PreparedSidecar, resolvePlan } from '../../evaluators/prepared-sidecar.js';
import type { PluginLoader } from '../../plugins/loader.js';
import type { Prepared } from '../../protocol/messages.js';

/** A batch of a table, before it is drawn. */
export interface PlannedBatch {
  readonly seed: number;
  readonly config: Config;
  readonly plan: SearchPlan;
}

/** The configuration of the searches of a table. */
export interface BatchConfiguration {
  readonly cfg: string;
  readonly overrides: readonly string[];
  readonly plugins: readonly string[] | undefined;
}

/** @throws UsageError for an invalid configuration */
export async function planBatch(
  loader: PluginLoader,
  { cfg, overrides, plugins }: BatchConfiguration,
  seed: number,
): Promise<PlannedBatch> {
  const ofSeed = [...overrides, 'RNG_SEED', String(seed)];
  const config = await loader.loadConfig({ file: cfg, overrides: ofSeed, plugins });
  return { seed, config, plan: planSearch(config) };
}

/** Has a sidecar that runs draw a further batch. @throws MissingError for missing files */
export async function prepareBatch(
  { config }: PlannedBatch,
  { sidecar, data, signal }: Pick<PreparedSidecar, 'sidecar'> & { data: string | null; signal: AbortSignal },
): Promise<Prepared> {
  const { digest, plan, config: resolved } = resolvePlan(config, sidecar.hello.xnas);
  const assets = await locateAssets(plan.specification, resolved, { data: data ?? undefined });
  return sidecar.request('prepare', { digest, specification: plan.specification, assets }, { signal });
}
