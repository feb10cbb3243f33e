import { locateAssets } from '../../assets/locate.js';
import { specificationDigest } from '../../config/index.js';
import { paperSpecification } from '../../config/planning/paper.js';
import type { PreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import type { Specification } from '../../protocol/specification.js';
import { trainingFlops } from '../../search/training-flops.js';
import { type MeasuringContext, type MeasuringTask, measureMissing, missingOf } from './measure.js';
import type { MeasurementSetting } from './measured-values.js';
import type { RankingPlan } from './plan.js';
import type { RankingStore } from './ranking-store.js';

/** The cost of the paper's evaluation of an architecture. */
export interface PaperCost {
  /** Millions of multiply-adds of the whole training; null when those of the network were not measured. */
  readonly flops: number | null;
  /** Of the training on this machine; null when there was none. */
  readonly seconds: number | null;
}

export interface PaperEvaluation {
  readonly specification: Specification;
  costOf(canonical: string): PaperCost;
}

/**
 * Measures what the paper's evaluation costs: the multiply-adds of its network for every architecture, and the seconds
 * of a whole training for the first few.
 * @param canonicals of the architectures, in their order
 */
export async function measurePaper(
  context: MeasuringContext,
  ranking: RankingPlan,
  prepared: PreparedSidecar,
  canonicals: readonly string[],
): Promise<PaperEvaluation> {
  const specification = paperSpecification(prepared.resolved.plan);
  const digest = specificationDigest(specification, ranking.config.plugins);
  // Costs do not depend on the images.
  const setting: MeasurementSetting = { digest, batch: null };
  const distinct = [...new Set(canonicals)];
  const tasks: MeasuringTask[] = [
    { name: "the paper's network", setting, genotypes: distinct, proxies: ['flops'] },
    { name: "the paper's training", setting, genotypes: distinct.slice(0, ranking.paperTrainings), proxies: ['rmi'] },
  ];
  if (tasks.some((task) => missingOf(context.store, task).length > 0)) {
    const { config, data } = ranking;
    const assets = await locateAssets(specification, config, { data: data ?? undefined });
    const { sidecar, store, signal } = context;
    const batch = await sidecar.request('prepare', { digest, specification, assets }, { signal });
    store.writeSession(sidecar, specification, batch);
  }
  for (const task of tasks) await measureMissing(context, task);
  return { specification, costOf: (canonical) => costIn(context.store, setting, specification, canonical) };
}

function costIn(
  { values }: RankingStore,
  setting: MeasurementSetting,
  specification: Specification,
  canonical: string,
): PaperCost {
  const flops = values.find(setting, canonical, 'flops')?.value ?? null;
  return {
    flops: flops === null ? null : trainingFlops(flops, specification.batch.size, specification.steps),
    seconds: values.find(setting, canonical, 'rmi')?.cost?.seconds ?? null,
  };
}
