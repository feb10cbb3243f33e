/** The cache of scores and measurements that the runs of a user share. */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.js';
import { withHome } from '../installation/paths.js';
import { dataHome } from '../installation/places.js';
import { type Evaluation, evaluationSchema, type Hello, type Prepared } from '../protocol/messages.js';
import type { Evaluator } from '../search/evaluator.js';
import { SharedCache, type SharedCacheOptions } from '../store/shared-cache.js';
import { VERSION } from '../version.js';
import type { MeasuredArchitecture } from './measurements.js';
import type { PreparedSidecar } from './prepared-sidecar.js';
import type { Measure, ProxyMeasurement } from './proxies.js';

const DEFAULT_MEGABYTES = 256;
const MEGABYTE = 1024 * 1024;

/** Scores of trainings that went to their end. */
export class ScoreCache extends SharedCache<Evaluation> {
  constructor(options: SharedCacheOptions) {
    super(options, { name: 'evaluation', schema: evaluationSchema });
  }
}

const measurementSchema = z.strictObject({
  parts: z.record(z.string(), z.number().nullable()),
  seconds: z.number().min(0),
  flops: z.number().min(0),
});

/** The context of shared results. */
export interface SharedResults {
  readonly prepared: PreparedSidecar;
  /** Bytes that the caches may take; 0 for no cache. */
  readonly limit: number;
  /** Told when they cannot be used. */
  readonly notify: (problem: string) => void;
}

/**
 * The evaluator with the scores of the user's other runs. Scores by XNAS's functions are not shared: they depend on a
 * checkout that may change.
 */
export function withSharedScores(evaluator: Evaluator, shared: SharedResults): Evaluator {
  if (!isShared(shared)) return evaluator;
  return withScoreCache(evaluator, new ScoreCache(cacheOptions(shared, [])));
}

/** The same for measurements of proxies. */
export function withSharedMeasurements(measure: Measure, shared: SharedResults): Measure {
  if (!isShared(shared)) return measure;
  return withMeasurementCache(measure, (proxies) => cacheOptions(shared, [proxies]));
}

/**
 * An evaluator that computes only what the cache lacks, and keeps the trainings that went to their end. A cached score is
 * exact, so it is also used where a training might have been stopped.
 */
export function withScoreCache(evaluator: Evaluator, cache: ScoreCache): Evaluator {
  return {
    get capacity() {
      return evaluator.capacity;
    },
    async evaluate(request) {
      const evaluation = cache.find(request);
      if (evaluation) return { evaluation, cached: true };
      const outcome = await evaluator.evaluate(request);
      if ('evaluation' in outcome && (outcome.evaluation.stopped ?? null) === null) {
        cache.keep(request, outcome.evaluation);
      }
      return outcome;
    },
  };
}

/** Measures only what the cache lacks. Each set of proxies has its own cache, opened when it is first needed. */
export function withMeasurementCache(measure: Measure, optionsFor: (proxies: string) => SharedCacheOptions): Measure {
  const caches = new Map<string, SharedCache<z.infer<typeof measurementSchema>>>();
  const cacheOf = (proxies: readonly string[]) => {
    const name = [...proxies].sort().join(' ');
    const cache =
      caches.get(name) ?? new SharedCache(optionsFor(name), { name: 'measurement', schema: measurementSchema });
    caches.set(name, cache);
    return cache;
  };
  return async (architectures, proxies) => {
    const cache = cacheOf(proxies);
    const found = architectures.map((architecture) => cache.find(architecture));
    const missing = architectures.filter((_, index) => found[index] === undefined);
    const measured = missing.length === 0 ? [] : await measure(missing, proxies);
    for (const [index, measurement] of measured.entries()) {
      // A measurement without any value may have failed for lack of memory.
      const useful = Object.values(measurement.parts).some((value) => value !== null);
      if (useful) cache.keep(missing[index] as MeasuredArchitecture, measurement);
    }
    const fresh = measured.values();
    return found.map((known) => (known ? { ...known, cached: true } : (fresh.next().value as ProxyMeasurement)));
  };
}

/**
 * Bytes that shared scores may take: RMINAS_CACHE_MAX in megabytes, 256 by default, 0 for no cache.
 * @throws UsageError when it is not a number from 0 up.
 */
export function cacheLimit(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const given = env.RMINAS_CACHE_MAX?.trim();
  if (!given) return DEFAULT_MEGABYTES * MEGABYTE;
  const megabytes = Number(given);
  if (Number.isFinite(megabytes) && megabytes >= 0) return megabytes * MEGABYTE;
  throw new UsageError(`RMINAS_CACHE_MAX is "${given}". Expected a number of megabytes.`, {
    code: 'invalid-cache-size',
    nextSteps: ['Set it to a number from 0 up, 0 for no cache, or leave it out: 256.'],
  });
}

/** The folder of shared scores: RMINAS_SCORE_CACHE, or one in the user's data folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env.RMINAS_SCORE_CACHE?.trim();
  return given ? resolve(withHome(given)) : join(dataHome(), 'cache', 'scores');
}

/** Of workers of several kinds it is unknown which one made a score. */
function isShared({ prepared, limit }: SharedResults): boolean {
  const kinds = new Set(prepared.sidecar.hello.devices?.map(({ kind }) => kind));
  return limit > 0 && kinds.size <= 1 && prepared.resolved.plan.specification.backend !== 'xnas';
}

function cacheOptions({ prepared, limit, notify }: SharedResults, what: readonly string[]): SharedCacheOptions {
  return {
    folder: cacheFolder(),
    context: contextOf(prepared, what),
    limit,
    onProblem: (problem) => notify(`Scores of other runs are not used: ${problem}`),
  };
}

/** A prepared sidecar, as far as scores depend on it. */
export interface ScoreContext {
  readonly resolved: {
    readonly digest: string;
    readonly plan: { readonly settings: { readonly cluster: { readonly address: string } | null } };
  };
  readonly prepared: Pick<Prepared, 'batch'>;
  readonly sidecar: { readonly hello: Pick<Hello, 'device' | 'devices' | 'threads' | 'versions'> };
}

/**
 * SHA-256 of all that a score or a measurement depends on, apart from genotype and seed. The specification is the greater
 * part. The batch and the teacher's loss on it stand for files, the rest for arithmetic, whose last bits grow in training.
 */
export function contextOf({ resolved, prepared, sidecar }: ScoreContext, what: readonly string[]): string {
  const { device, devices = [], threads, versions } = sidecar.hello;
  // The number of a GPU changes no score.
  const described = devices.map(({ name, kind }) => `${name.replace(/:\d+/, '')}, ${kind}`);
  const models = devices.length === 0 ? device : [...new Set(described)].sort();
  const { digest, teacherLoss, teacherAccuracy } = prepared.batch;
  const batch = [digest, teacherLoss, teacherAccuracy];
  // The nodes of a cluster may have other processors than this machine.
  const place = [resolved.plan.settings.cluster?.address ?? null, process.arch, cpus()[0]?.model];
  const arithmetic = [VERSION, Object.entries(versions).sort(), models, threads, ...place];
  return createHash('sha256')
    .update(JSON.stringify([resolved.digest, batch, arithmetic, ...what]))
    .digest('hex');
}
