/** The costs of networks, as a search finds them. */
import { createHash } from 'node:crypto';
import { cpus, hostname } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../errors.js';
import type { Evaluator } from '../search/evaluator.js';
import { SharedCache } from '../store/shared-cache.js';
import { COUNTED_COSTS, type FindCosts, type NetworkCost, type NetworkCosts } from '../strategies/limits/costs.js';
import { VERSION } from '../version.js';
import { cacheFolder } from './caching.js';
import { failureOfOne } from './failures.js';
import type { StartedSidecar } from './prepared-sidecar.js';

export interface SidecarCostsOptions {
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit: number;
  readonly notify: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Latencies do not depend on a seed. */
const SEED = 0;

/**
 * Counts and measures networks in a sidecar with a worker. Latencies are measured one by one, and shared with the other
 * runs of the user on this machine and device.
 */
export function createSidecarCosts(started: StartedSidecar, options: SidecarCostsOptions): FindCosts {
  const { sidecar, resolved } = started;
  const { specification, settings } = resolved.plan;
  const cache = latencyCache(started, options);
  const latency = { batch: settings.latencyBatch };
  const request = (genotypes: readonly string[], more: { latency?: typeof latency }) =>
    sidecar.request('costs', { specification, genotypes: [...genotypes], ...more }, { signal: options.signal });

  async function measure(genotype: string): Promise<number | null> {
    const key = { genotype, seed: SEED };
    const known = cache?.find(key);
    if (known !== undefined) return known;
    try {
      const measured = (await request([genotype], { latency })).costs[0]?.latency ?? null;
      if (measured !== null) cache?.keep(key, measured);
      return measured;
    } catch (error) {
      options.notify(`The latency of ${genotype} was not measured: ${failureOfOne(error)}`);
      return null;
    }
  }

  return async (genotypes, costs) => {
    const counts = COUNTED_COSTS.some((cost) => costs.includes(cost)) ? (await request(genotypes, {})).costs : [];
    const all: NetworkCosts[] = [];
    for (const [index, genotype] of genotypes.entries()) {
      const { params, flops } = counts[index] ?? {};
      const counted = { params, flops };
      all.push(costs.includes('latency') ? { ...counted, latency: await measure(genotype) } : counted);
    }
    return all;
  };
}

function latencyCache({ sidecar, resolved }: StartedSidecar, { cacheLimit, notify }: SidecarCostsOptions) {
  const { specification, settings } = resolved.plan;
  // A checkout of XNAS may change.
  if (cacheLimit === 0 || specification.backend === 'xnas') return undefined;
  const { space, network } = specification;
  const plugins = resolved.config.plugins.map(({ sha256 }) => sha256).sort();
  const { device, threads, versions } = sidecar.hello;
  const machine = [hostname(), process.arch, cpus()[0]?.model, cpus().length, device, threads];
  const context = [VERSION, Object.entries(versions).sort(), space, network, plugins, machine, settings.latencyBatch];
  return new SharedCache<number>(
    {
      folder: cacheFolder(),
      context: createHash('sha256')
        .update(JSON.stringify(['latency', ...context]))
        .digest('hex'),
      limit: cacheLimit,
      onProblem: (problem) => notify(`Latencies of other runs are not used: ${problem}`),
    },
    { name: 'latency', schema: z.number().min(0) },
  );
}

const foundSchema = z.looseObject({
  params: z.number().min(0).nullish(),
  flops: z.number().min(0).nullish(),
  latency: z.number().min(0).nullish(),
});

/**
 * The costs of an evaluator of a script, checked.
 * @param needed the costs that the evaluator must find; others may be missing
 * @returns undefined for an evaluator without costs
 */
export function createCustomCosts(evaluator: Evaluator, needed: readonly NetworkCost[]): FindCosts | undefined {
  const { name = 'unnamed' } = evaluator;
  if (evaluator.costs === undefined) return undefined;
  return async (genotypes, costs) => {
    const found: unknown = await evaluator.costs?.(genotypes, costs);
    const parsed = z.array(foundSchema).length(genotypes.length).safeParse(found);
    const wanted = costs.filter((cost) => needed.includes(cost));
    const missing = parsed.data?.findIndex((one) => wanted.some((cost) => one[cost] === undefined)) ?? -1;
    if (parsed.success && missing < 0) {
      return parsed.data.map((one) => Object.fromEntries(costs.map((cost) => [cost, one[cost] ?? null])));
    }
    const problem = parsed.success
      ? `${wanted.join(' and ')} must be there for ${genotypes[missing]}`
      : z.prettifyError(parsed.error);
    throw new UsageError(`The evaluator ${name} returned costs that cannot be used: ${problem}.`, {
      code: 'invalid-costs',
      nextSteps: [
        `Return an object with ${needed.join(', ')} for each genotype, in order: numbers from 0 up, or null for none.`,
      ],
    });
  };
}
