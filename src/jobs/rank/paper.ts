import { locateAssets, specificationDigest } from '../../config/index.js';
import { originalSpecification } from '../../config/planning/original.js';
import type { WorkingSidecar } from '../../evaluators/working-sidecar.js';
import type { Specification } from '../../protocol/specification.js';
import { trainingFlops } from '../../search/training-flops.js';
import { type RankingDesk, writeSession } from './desk.js';
import { type Bench, measureMissing, missingOf, type Task } from './measure.js';
import type { Setting } from './measurements.js';
import type { RankingPlan } from './plan.js';

/** What the paper spends on an architecture. */
export interface PaperCost {
  /** Millions of multiply-adds of the whole training; null where the network's were not measured. */
  readonly flops: number | null;
  /** Of the training here; null where it was not made. */
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
  bench: Bench,
  ranking: RankingPlan,
  working: WorkingSidecar,
  canonicals: readonly string[],
): Promise<PaperEvaluation> {
  const specification = originalSpecification(working.resolved.plan.specification);
  const digest = specificationDigest(specification);
  // Costs do not depend on the images.
  const setting: Setting = { digest, batch: null };
  const distinct = [...new Set(canonicals)];
  const tasks: Task[] = [
    { name: "the paper's network", setting, genotypes: distinct, proxies: ['flops'] },
    { name: "the paper's training", setting, genotypes: distinct.slice(0, ranking.paperTrainings), proxies: ['rmi'] },
  ];
  if (tasks.some((task) => missingOf(bench.desk, task).length > 0)) {
    const { config, data } = ranking;
    const assets = await locateAssets(specification, config, { data: data ?? undefined });
    const { sidecar, desk, signal } = bench;
    const prepared = await sidecar.request('prepare', { digest, specification, assets }, { signal });
    writeSession(desk, sidecar, specification, prepared);
  }
  for (const task of tasks) await measureMissing(bench, task);
  return { specification, costOf: (canonical) => costIn(bench.desk, setting, specification, canonical) };
}

function costIn(
  { measurements }: RankingDesk,
  setting: Setting,
  specification: Specification,
  canonical: string,
): PaperCost {
  const flops = measurements.find(setting, canonical, 'flops')?.value ?? null;
  return {
    flops: flops === null ? null : trainingFlops(flops, specification.batch.size, specification.steps),
    seconds: measurements.find(setting, canonical, 'rmi')?.cost?.seconds ?? null,
  };
}
