/** The keys that rminas reads, and what it can do with: yacs checks types, this checks ranges. */
import { z } from 'zod';
import { UsageError } from '../../errors.js';
import { ARITHMETICS, PRECISIONS } from '../../protocol/specification.js';
import { STRATEGY_NAMES } from '../../strategies/index.js';
import { BACKEND_CHOICES } from '../planning/backend.js';
import type { Settings } from '../yacs/merge.js';
import { repr, toPlain } from '../yacs/value.js';
import { PROFILE_NAMES } from './profiles.js';

export function whole(least: number, most: number) {
  return z.int().min(least).max(most).describe(`a whole number from ${least} to ${most}`);
}

export function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names).describe(`one of ${names.join(', ')}`);
}

const finite = z.number();
const path = z.string().max(4096).describe('a path of at most 4096 characters');
const name = z.string().min(1).max(100).describe('a name of 1 to 100 characters');

const readSchema = z.object({
  'SPACE.NAME': name,
  'LOADER.DATASET': name,
  'LOADER.DATAPATH': path,
  'LOADER.NUM_CLASSES': whole(1, 100_000),
  'LOADER.BATCH_SIZE': whole(2, 65_536),
  'OPTIM.BASE_LR': finite.positive().describe('a number above 0'),
  'OPTIM.MOMENTUM': finite.min(0).describe('a number of at least 0'),
  'OPTIM.DAMPENING': finite.describe('a finite number'),
  'OPTIM.NESTEROV': z.boolean().describe('True or False'),
  'OPTIM.WEIGHT_DECAY': finite.min(0).describe('a number of at least 0'),
  'OPTIM.MAX_EPOCH': whole(1, 999_999),
  'OPTIM.MIN_LR': finite.min(0).describe('a number of at least 0'),
  // 0 leaves the gradient as it is.
  'OPTIM.GRAD_CLIP': finite.min(0).describe('a number of at least 0'),
  'SEARCH.IM_SIZE': whole(1, 1024),
  'TRAIN.CHANNELS': whole(1, 1024),
  'TRAIN.LAYERS': whole(1, 64),
  OUT_DIR: path.min(1).describe('a path of 1 to 4096 characters'),
  RNG_SEED: whole(0, Number.MAX_SAFE_INTEGER),
  'RMINAS.LOSS_BETA': finite.min(0).max(1).describe('a number from 0 to 1'),
  'RMINAS.RF_WARMUP': whole(1, 100_000),
  'RMINAS.RF_THRESRATE': finite.gt(0).lt(1).describe('a number between 0 and 1, both excluded'),
  'RMINAS.RF_SUCC': whole(0, 100_000),
  'RMINAS.PROFILE': oneOf(PROFILE_NAMES),
  'RMINAS.BACKEND': oneOf(BACKEND_CHOICES),
  'RMINAS.ARITHMETIC': oneOf(ARITHMETICS),
  'RMINAS.PRECISION': oneOf(PRECISIONS),
  'RMINAS.CHANNELS': whole(0, 1024),
  'RMINAS.CELLS': whole(0, 64),
  'RMINAS.OBJECTIVE': name,
  'RMINAS.AGGREGATE': z.string().max(4096).describe('proxies and their weights, of at most 4096 characters'),
  'RMINAS.BENCHMARK_SERIES': z.string().max(256).describe('a data set, a split and perhaps epochs'),
  'RMINAS.STRATEGY': oneOf(STRATEGY_NAMES),
  'RMINAS.CANDIDATES': whole(1, 100_000),
  'RMINAS.SCREEN': whole(0, 100_000),
  'RMINAS.ANSWER': oneOf(['vote', 'best']),
  'RMINAS.VOTE': oneOf(['sum', 'greedy']),
  'RMINAS.VOTE_TOP': whole(1, 100_000),
  'RMINAS.EVOLUTION_POPULATION': whole(1, 100_000),
  'RMINAS.EVOLUTION_SAMPLE': whole(1, 100_000),
  'RMINAS.REINFORCE_RATE': finite.positive().describe('a number above 0'),
  'RMINAS.MAX_EVALUATIONS': whole(0, 100_000),
  'RMINAS.FUTILITY': z.boolean().describe('True or False'),
  'RMINAS.AUDIT': finite.min(0).max(1).describe('a number from 0 to 1'),
  'RMINAS.WORKERS': whole(1, 256),
  'RMINAS.THREADS': whole(0, 1024),
  'RMINAS.WORKER_DEADLINE': whole(1, 86_400),
  'RMINAS.DEVICE': z
    .string()
    .regex(/^(?:auto|cpu|cuda(?::\d+)?)$/)
    .describe('auto, cpu, cuda or cuda:N'),
  'RMINAS.TEACHER': path,
  'RMINAS.TEACHER_ARCH': z.string().max(100).describe('a name of at most 100 characters'),
});

/** What the keys that rminas reads are set to. */
export type Values = z.infer<typeof readSchema>;

/** @throws UsageError naming the first key out of its range, the range, and where its value comes from. */
export function checkRanges(settings: Settings): Values {
  return readValues(settings, readSchema);
}

/**
 * The keys of a schema, each of which has its range as its description.
 * @throws UsageError as {@link checkRanges}
 */
export function readValues<Shape extends z.ZodRawShape>(
  settings: Settings,
  schema: z.ZodObject<Shape>,
): z.infer<z.ZodObject<Shape>> {
  const parsed = schema.safeParse(Object.fromEntries([...settings].map(([key, { value }]) => [key, toPlain(value)])));
  if (parsed.success) return parsed.data;
  const key = String(parsed.error.issues[0]?.path[0]);
  const range = (schema.shape[key] as z.ZodType | undefined)?.description;
  const setting = settings.get(key);
  const given = setting ? `${repr(setting.value)} (${setting.where})` : 'not set';
  throw new UsageError(`${key} is ${given}, and must be ${range}.`, {
    code: 'out-of-range',
    nextSteps: [`Set ${key} to ${range}.`],
  });
}
