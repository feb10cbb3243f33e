import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { dataHome } from '../config/index.js';
import { UsageError } from '../errors.js';
import type { Evaluator } from '../search/evaluator.js';
import type { SharedCacheOptions } from '../store/shared-cache.js';
import { VERSION } from '../version.js';
import { type Measure, withMeasurementCache } from './measure.js';
import { ScoreCache, withScoreCache } from './score-cache.js';
import type { WorkingSidecar } from './working-sidecar.js';

const DEFAULT_MEGABYTES = 256;
const MEGABYTE = 1024 * 1024;

/**
 * The evaluator with the scores of the user's other runs. Scores of XNAS's functions are not shared: what they answer
 * is decided by a checkout that may change.
 * @param limit bytes that shared scores may take; 0 for none.
 * @param onProblem told when they cannot be used.
 */
export function withSharedScores(
  evaluator: Evaluator,
  working: WorkingSidecar,
  limit: number,
  onProblem: (problem: string) => void,
): Evaluator {
  if (!areShared(working, limit)) return evaluator;
  return withScoreCache(evaluator, new ScoreCache(cacheOptions(working, limit, onProblem, [])));
}

/** The same for what proxies measure. */
export function withSharedMeasurements(
  measure: Measure,
  working: WorkingSidecar,
  limit: number,
  onProblem: (problem: string) => void,
): Measure {
  if (!areShared(working, limit)) return measure;
  return withMeasurementCache(measure, (proxies) => cacheOptions(working, limit, onProblem, [proxies]));
}

function areShared(working: WorkingSidecar, limit: number): boolean {
  return limit > 0 && working.resolved.plan.specification.backend !== 'xnas';
}

function cacheOptions(
  working: WorkingSidecar,
  limit: number,
  onProblem: (problem: string) => void,
  what: readonly string[],
): SharedCacheOptions {
  return {
    folder: join(dataHome(), 'cache', 'scores'),
    context: contextOf(working, what),
    limit,
    onProblem: (problem) => onProblem(`Scores of other runs are not used: ${problem}`),
  };
}

/**
 * Bytes that shared scores may take: RMINAS_CACHE_MAX in megabytes, 256 by default, 0 for none.
 * @throws UsageError when it is no number from 0 up.
 */
export function cacheLimit(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const given = env.RMINAS_CACHE_MAX?.trim();
  if (!given) return DEFAULT_MEGABYTES * MEGABYTE;
  const megabytes = Number(given);
  if (Number.isFinite(megabytes) && megabytes >= 0) return megabytes * MEGABYTE;
  throw new UsageError(`RMINAS_CACHE_MAX is "${given}", which is no number of megabytes.`, {
    code: 'invalid-cache-size',
    nextSteps: ['Set it to a number from 0 up, 0 for no cache, or leave it out: 256.'],
  });
}

/**
 * SHA-256 of all that a score, or what is computed of an architecture besides, depends on but for genotype and seed. The
 * specification is the greater part; the batch and what the teacher makes of it stand for files, and the rest for
 * arithmetic, whose last bits training multiplies.
 */
function contextOf({ resolved, prepared, sidecar }: WorkingSidecar, what: readonly string[]): string {
  const { device, threads, versions } = sidecar.hello;
  const { digest, teacherLoss, teacherAccuracy } = prepared.batch;
  const batch = [digest, teacherLoss, teacherAccuracy];
  const arithmetic = [VERSION, Object.entries(versions).sort(), device, threads, process.arch, cpus()[0]?.model];
  return createHash('sha256')
    .update(JSON.stringify([resolved.digest, batch, arithmetic, ...what]))
    .digest('hex');
}
