/** What a configuration asks for, in the fields that the controller and the sidecar take. */
import { UsageError } from '../../errors.js';
import type { ObjectiveChoice } from '../../objectives/index.js';
import type { Specification } from '../../protocol/specification.js';
import { getSpace } from '../../spaces/index.js';
import type { EdgeRank, VoteMethod } from '../../spaces/space.js';
import { checkVoteMethod } from '../../spaces/vote.js';
import type { ForestSettings } from '../../strategies/forest.js';
import type { StrategyName } from '../../strategies/index.js';
import type { Config } from '../load.js';
import { type DatasetFacts, resolveDataset, resolveSpace, resolveTeacher, type SpaceFacts } from '../schema/names.js';
import { PROFILES, type ProfileName } from '../schema/profiles.js';
import type { Values } from '../schema/ranges.js';
import { backendOf } from './backend.js';
import { chooseObjective, chooseSeries, type SeriesChoice } from './objective.js';

/** Samples that the batch is chosen from, for each that is kept (XNAS's `get_random_data(16 * BATCH_SIZE)`). */
const POOL_FACTOR = 16;
/** Guided evaluations for each success wanted, where RMINAS.MAX_EVALUATIONS sets no cap. */
const CAP_FACTOR = 10;

export interface SearchSettings {
  readonly strategy: StrategyName;
  readonly objective: ObjectiveChoice;
  /** Whose accuracy the objective `benchmark` takes; null for the validation accuracy on the data set. */
  readonly series: SeriesChoice | null;
  /** Random architectures evaluated first. */
  readonly warmup: number;
  /** Quantile of the warm-up's losses below which an architecture is good, in (0, 1). */
  readonly thresholdRate: number;
  /** Good architectures to find after the warm-up. */
  readonly successes: number;
  /** Random candidates that the forest ranks each turn. */
  readonly candidates: number;
  /** Those of them that are left to it by what needs no training; 0 for all. */
  readonly screen: number;
  /** Whether the best good ones vote, or the best one is the answer. */
  readonly answer: ForestSettings['answer'];
  readonly vote: VoteMethod;
  /** How the vote of `darts` ranks edges. */
  readonly edgeRank: EdgeRank;
  /** Best architectures that vote. */
  readonly voters: number;
  /** Of evolution: architectures that live, and those of them that compete to have a child. */
  readonly population: number;
  readonly sample: number;
  /** Of the policy that reinforcement learns. */
  readonly learningRate: number;
  /** Most evaluations, the warm-up's included. */
  readonly cap: number;
  /** Whether trainings are stopped once they are futile. */
  readonly futility: boolean;
  /** Share of the architectures that are trained to the end all the same, 0 to 1. */
  readonly auditShare: number;
  readonly seed: number;
  readonly workers: number;
  /** Threads of each worker; 0 shares the cores among them. */
  readonly threads: number;
  /** How long a worker may give no sign of life, in s. */
  readonly workerDeadline: number;
  /** `auto`, `cpu`, `cuda` or `cuda:N`. */
  readonly device: string;
}

export interface SearchPlan {
  readonly specification: Specification;
  readonly settings: SearchSettings;
  /** As configured; relative to the current folder where it is not absolute. */
  readonly outDir: string;
  /** For the record only: the specification and the settings have all that it decided. */
  readonly profile: ProfileName;
}

/** @throws UsageError when the configuration is well-formed but cannot be searched. */
export function planSearch(config: Config): SearchPlan {
  checkPurpose(config);
  const { values } = config;
  const space = resolveSpace(values['SPACE.NAME']);
  checkVoteMethod(getSpace(space.name), values['RMINAS.VOTE']);
  const dataset = resolveDataset(values['LOADER.DATASET']);
  const specification = specify(values, space, dataset);
  return {
    specification,
    settings: resolveSettings(values, chooseObjective(values, specification.steps)),
    outDir: values.OUT_DIR,
    profile: values['RMINAS.PROFILE'],
  };
}

function checkPurpose({ file, purpose }: Config): void {
  if (purpose === 'search') return;
  throw new UsageError(`${file} says how a found architecture is trained, and not what to search.`, {
    code: 'retraining-config',
    nextSteps: [
      `Give it to rminas retrain, with the architecture: rminas retrain --cfg ${file} --genotype …`,
      'Or search with a configuration that names a data set.',
    ],
  });
}

function specify(values: Values, space: SpaceFacts, dataset: DatasetFacts): Specification {
  const profile = PROFILES[values['RMINAS.PROFILE']];
  const size = values['LOADER.BATCH_SIZE'];
  const backend = backendOf(values['RMINAS.BACKEND'], space.name);
  return {
    space: space.name,
    network: { ...depthAndWidth(values, space), classes: dataset.classes, resolution: values['SEARCH.IM_SIZE'] },
    dataset: dataset.name,
    batch: { size, pool: POOL_FACTOR * size, selection: profile.selection },
    teacher: {
      architecture: resolveTeacher(values['RMINAS.TEACHER_ARCH'], dataset),
      mode: profile.teacherMode,
    },
    optimizer: optimizerOf(values, space),
    steps: profile.steps(values['OPTIM.MAX_EPOCH'], space.observed),
    beta: values['RMINAS.LOSS_BETA'],
    seed: values.RNG_SEED,
    backend,
    // The original's functions are called as they are.
    arithmetic: backend === 'xnas' ? 'plain' : values['RMINAS.ARITHMETIC'],
    precision: values['RMINAS.PRECISION'],
  };
}

/** What the originals fix of a network, or TRAIN says where they do not. */
export function depthAndWidth(values: Values, { network }: SpaceFacts): { channels: number; cells: number } {
  return {
    channels: values['RMINAS.CHANNELS'] || (network?.channels ?? values['TRAIN.CHANNELS']),
    cells: values['RMINAS.CELLS'] || (network?.cells ?? values['TRAIN.LAYERS']),
  };
}

function optimizerOf(values: Values, { scheduled }: SpaceFacts): Specification['optimizer'] {
  const cosine = { updates: values['OPTIM.MAX_EPOCH'], minimum: values['OPTIM.MIN_LR'] };
  return { ...sgdOf(values), ...(scheduled && { ...gradientNormOf(values), cosine }) };
}

/** OPTIM.GRAD_CLIP, of which 0 leaves the gradient as it is. */
export function gradientNormOf(values: Values): { gradientNorm?: number } {
  const gradientNorm = values['OPTIM.GRAD_CLIP'];
  return gradientNorm > 0 ? { gradientNorm } : {};
}

/** @throws UsageError for an optimiser that does not exist. */
export function sgdOf(values: Values): Omit<Specification['optimizer'], 'cosine' | 'gradientNorm'> {
  const momentum = values['OPTIM.MOMENTUM'];
  const dampening = values['OPTIM.DAMPENING'];
  const nesterov = values['OPTIM.NESTEROV'];
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new UsageError(`OPTIM.NESTEROV needs a momentum and no dampening, not ${momentum} and ${dampening}.`, {
      code: 'unusable-optimizer',
      nextSteps: ['Set OPTIM.NESTEROV to False, or OPTIM.MOMENTUM above 0 and OPTIM.DAMPENING to 0.0.'],
    });
  }
  return {
    learningRate: values['OPTIM.BASE_LR'],
    momentum,
    dampening,
    nesterov,
    weightDecay: values['OPTIM.WEIGHT_DECAY'],
  };
}

function resolveSettings(values: Values, objective: ObjectiveChoice): SearchSettings {
  const strategy = values['RMINAS.STRATEGY'];
  const warmup = values['RMINAS.RF_WARMUP'];
  const successes = values['RMINAS.RF_SUCC'];
  const cap = values['RMINAS.MAX_EVALUATIONS'] || warmup + CAP_FACTOR * successes;
  if (cap < warmup) {
    throw new UsageError(
      `RMINAS.MAX_EVALUATIONS is ${cap}, and the warm-up alone takes ${warmup} (RMINAS.RF_WARMUP).`,
      {
        code: 'cap-below-warmup',
        nextSteps: ['Raise RMINAS.MAX_EVALUATIONS, set it to 0, or lower RMINAS.RF_WARMUP.'],
      },
    );
  }
  return {
    strategy,
    objective,
    series: chooseSeries(values),
    warmup,
    thresholdRate: values['RMINAS.RF_THRESRATE'],
    successes,
    candidates: values['RMINAS.CANDIDATES'],
    screen: values['RMINAS.SCREEN'],
    answer: values['RMINAS.ANSWER'],
    vote: values['RMINAS.VOTE'],
    edgeRank: PROFILES[values['RMINAS.PROFILE']].edgeRank,
    voters: values['RMINAS.VOTE_TOP'],
    population: values['RMINAS.EVOLUTION_POPULATION'],
    sample: values['RMINAS.EVOLUTION_SAMPLE'],
    learningRate: values['RMINAS.REINFORCE_RATE'],
    cap,
    // Bounds are of the training's loss, and of no use to a strategy that compares losses above the threshold.
    futility: values['RMINAS.FUTILITY'] && objective.kind === 'rmi' && strategy === 'forest',
    auditShare: values['RMINAS.AUDIT'],
    seed: values.RNG_SEED,
    workers: values['RMINAS.WORKERS'],
    threads: values['RMINAS.THREADS'],
    workerDeadline: values['RMINAS.WORKER_DEADLINE'],
    device: values['RMINAS.DEVICE'],
  };
}
