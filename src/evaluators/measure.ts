import { z } from 'zod';
import type { ProxyValues } from '../objectives/index.js';
import type { EvaluationRequest, Measuring } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';
import { SharedCache, type SharedCacheOptions } from '../store/shared-cache.js';
import { failureOfOne } from './training.js';

type Architecture = Pick<EvaluationRequest, 'genotype' | 'seed'>;

/** What proxies say of an architecture. */
export interface Measurement extends Measuring {
  readonly parts: ProxyValues;
}

/** @param proxies at least one, as the sidecar names them; all of them are answered. */
export type Measure = (architecture: Architecture, proxies: readonly string[]) => Promise<Measurement>;

const measurementSchema = z.strictObject({
  parts: z.record(z.string(), z.number().nullable()),
  seconds: z.number().min(0),
  flops: z.number().min(0),
});

/** Measures in the sidecar, on the batch that `digest` was prepared for. What an architecture fails at is null. */
export function createSidecarMeasure(options: {
  sidecar: Pick<Sidecar, 'request'>;
  digest: string;
  signal: AbortSignal;
  onFailure: (text: string) => void;
}): Measure {
  const { sidecar, digest, signal, onFailure } = options;
  return async ({ genotype, seed }, proxies) => {
    try {
      const body = { digest, genotype, seed, proxies: [...proxies] };
      const { values, seconds, flops } = await sidecar.request('measure', body, { signal });
      return { parts: Object.fromEntries(values.map(({ proxy, value }) => [proxy, value])), seconds, flops };
    } catch (error) {
      onFailure(`${genotype} was not measured: ${failureOfOne(error)}`);
      return { parts: Object.fromEntries(proxies.map((proxy) => [proxy, null])), seconds: 0, flops: 0 };
    }
  };
}

/** Measures only what earlier runs have not; each set of proxies has a cache of its own, made when it is first needed. */
export function withMeasurementCache(measure: Measure, optionsFor: (proxies: string) => SharedCacheOptions): Measure {
  const caches = new Map<string, SharedCache<z.infer<typeof measurementSchema>>>();
  const cacheOf = (proxies: readonly string[]) => {
    const name = [...proxies].sort().join(' ');
    const cache =
      caches.get(name) ?? new SharedCache(optionsFor(name), { name: 'measurement', schema: measurementSchema });
    caches.set(name, cache);
    return cache;
  };
  return async (architecture, proxies) => {
    const cache = cacheOf(proxies);
    const found = cache.find(architecture);
    if (found) return { ...found, cached: true };
    const measurement = await measure(architecture, proxies);
    // What failed may have failed for want of memory.
    if (Object.values(measurement.parts).some((value) => value !== null)) cache.keep(architecture, measurement);
    return measurement;
  };
}
