/** The limits and the Pareto front in the result of a search. */
import type { Objective } from '../../objectives/index.js';
import { paretoFront } from '../../search/pareto.js';
import type { Encoding, Space } from '../../spaces/space.js';
import { COUNTED_COSTS, NETWORK_COSTS, type NetworkCost } from '../../strategies/limits/costs.js';
import type { SearchCosts } from './costs.js';
import type { ResolvedSearch } from './plan.js';
import type { SearchRecord } from './record.js';
import type { ArchitectureScore, NetworkCostsReport, SearchResult } from './result.js';

/** Only the fields that a search has. */
type CostsInResult = Pick<SearchResult, 'limits' | 'pareto'>;

export interface CostsInResultOptions {
  readonly run: ResolvedSearch;
  readonly costs: SearchCosts | undefined;
  readonly record: SearchRecord;
  readonly objective: Objective;
  readonly space: Space;
  /** Of the found architecture. */
  readonly score: ArchitectureScore;
}

/** The limits and the front; nothing for a search without them. */
export async function costsInResult(options: CostsInResultOptions): Promise<CostsInResult> {
  const { run, costs } = options;
  if (costs === undefined) return {};
  const { limits, latencyBatch } = run.plan.settings;
  const pareto = await frontOf(options, costs);
  const front = pareto === undefined ? {} : { pareto };
  if (costs.constraint === undefined) return front;
  const [found] = await costsOf([options.space.parse(options.score.canonical)], limits.latency !== undefined, costs);
  const most = { params: limits.params ?? null, flops: limits.flops ?? null, latency: limits.latency ?? null };
  const none = { params: null, flops: null, latency: null };
  return { limits: { most, found: found ?? none, latencyBatch }, ...front };
}

async function frontOf(
  { run, ...options }: CostsInResultOptions,
  costs: SearchCosts,
): Promise<CostsInResult['pareto']> {
  const { pareto: cost, limits, latencyBatch } = run.plan.settings;
  if (cost === null) return undefined;
  const candidates = candidatesOf(options);
  const measures = cost === 'latency' || limits.latency !== undefined;
  const all = await costsOf(
    candidates.map(({ genotype }) => options.space.parse(genotype)),
    measures,
    costs,
  );
  const points = candidates.flatMap((one, index) => {
    const known = all[index];
    return known === undefined ? [] : [{ ...one, costs: known, cost: known[cost] ?? Number.POSITIVE_INFINITY }];
  });
  const front = paretoFront(points).map(({ genotype, loss, costs: known }, index) => ({
    ...{ rank: index + 1, genotype, loss, costs: known },
  }));
  return { cost, front, latencyBatch };
}

/** Every evaluated architecture with a finite loss, and the answer where its loss is comparable. */
function candidatesOf({ record, objective, score }: Pick<CostsInResultOptions, 'record' | 'objective' | 'score'>) {
  const losses = new Map<string, number>();
  for (const { canonical, loss, stopped } of objective.score(record.observed)) {
    if (Number.isFinite(loss) && stopped === null && !losses.has(canonical)) losses.set(canonical, loss);
  }
  if (objective.isLoss && score.loss !== null && !losses.has(score.canonical)) losses.set(score.canonical, score.loss);
  return Array.from(losses, ([genotype, loss]) => ({ genotype, loss }));
}

async function costsOf(
  encodings: readonly Encoding[],
  measures: boolean,
  { table }: SearchCosts,
): Promise<NetworkCostsReport[]> {
  const wanted: readonly NetworkCost[] = measures ? NETWORK_COSTS : COUNTED_COSTS;
  const all = await table.costsOf(encodings, wanted);
  return all.map(({ params, flops, latency }) => ({
    ...{ params: params ?? null, flops: flops ?? null, latency: measures ? (latency ?? null) : null },
  }));
}
