/** What a configuration asks for, in the fields that the controller and the sidecar take. */
import { UsageError } from '../errors.js';
import type { Specification } from '../protocol/specification.js';
import type { VoteMethod } from '../spaces/space.js';
import type { Config } from './load.js';
import { type DatasetFacts, resolveDataset, resolveSpace, type SpaceFacts } from './names.js';
import { PROFILES, type ProfileName } from './profiles.js';
import type { Values } from './ranges.js';

/** Samples that the batch is chosen from, for each that is kept (XNAS's `get_random_data(16 * BATCH_SIZE)`). */
const POOL_FACTOR = 16;
/** Guided evaluations for each success wanted, where RMINAS.MAX_EVALUATIONS sets no cap. */
const CAP_FACTOR = 10;
/** The value that XNAS's defaults give SEARCH.IM_SIZE, which its RMINAS search does not read. */
const UNSET_IM_SIZE = 32;

export interface SearchSettings {
  /** Random architectures evaluated first. */
  readonly warmup: number;
  /** Quantile of the warm-up's losses below which an architecture is good, in (0, 1). */
  readonly thresholdRate: number;
  /** Good architectures to find after the warm-up. */
  readonly successes: number;
  /** Random candidates that the forest ranks each turn. */
  readonly candidates: number;
  readonly vote: VoteMethod;
  /** Best architectures that vote. */
  readonly voters: number;
  /** Most evaluations, the warm-up's included. */
  readonly cap: number;
  readonly seed: number;
  readonly workers: number;
  /** Threads of each worker; 0 shares the cores among them. */
  readonly threads: number;
  /** `auto`, `cpu`, `cuda` or `cuda:N`. */
  readonly device: string;
}

export interface SearchPlan {
  readonly specification: Specification;
  readonly settings: SearchSettings;
  /** As configured; relative to the current folder where it is not absolute. */
  readonly outDir: string;
  /** For the record only: the specification has all that it decided. */
  readonly profile: ProfileName;
}

/** @throws UsageError when the configuration is well-formed but cannot be searched. */
export function planSearch(config: Config): SearchPlan {
  const { values } = config;
  const space = resolveSpace(values['SPACE.NAME']);
  const dataset = resolveDataset(values['LOADER.DATASET']);
  return {
    specification: specify(values, space, dataset),
    settings: settle(values),
    outDir: values.OUT_DIR,
    profile: values['RMINAS.PROFILE'],
  };
}

function specify(values: Values, space: SpaceFacts, dataset: DatasetFacts): Specification {
  checkDataset(values, dataset);
  const profile = PROFILES[values['RMINAS.PROFILE']];
  const size = values['LOADER.BATCH_SIZE'];
  return {
    space: space.name,
    network: {
      channels: values['RMINAS.CHANNELS'] || space.channels,
      cells: values['RMINAS.CELLS'] || space.cells,
      classes: dataset.classes,
      resolution: dataset.resolution,
    },
    dataset: dataset.name,
    batch: { size, pool: POOL_FACTOR * size, selection: profile.selection },
    teacher: { architecture: dataset.teacher, mode: profile.teacherMode },
    optimizer: optimizerOf(values),
    steps: profile.steps(values['OPTIM.MAX_EPOCH'], space.observed),
    beta: values['RMINAS.LOSS_BETA'],
    seed: values.RNG_SEED,
    backend: 'native',
    precision: 'float32',
  };
}

function checkDataset(values: Values, dataset: DatasetFacts): void {
  const classes = values['LOADER.NUM_CLASSES'];
  if (classes !== dataset.classes) {
    throw new UsageError(`LOADER.NUM_CLASSES is ${classes}, and ${dataset.name} has ${dataset.classes} classes.`, {
      code: 'wrong-classes',
      nextSteps: [`Set LOADER.NUM_CLASSES to ${dataset.classes}, or LOADER.DATASET to the data set that was meant.`],
    });
  }
  const resolution = values['SEARCH.IM_SIZE'];
  if (resolution !== dataset.resolution && resolution !== UNSET_IM_SIZE) {
    throw new UsageError(
      `SEARCH.IM_SIZE is ${resolution}, and the images of ${dataset.name} are ${dataset.resolution} pixels wide.`,
      {
        code: 'wrong-resolution',
        nextSteps: [`Set SEARCH.IM_SIZE to ${dataset.resolution}, or leave it out.`],
      },
    );
  }
}

function optimizerOf(values: Values): Specification['optimizer'] {
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

function settle(values: Values): SearchSettings {
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
    warmup,
    thresholdRate: values['RMINAS.RF_THRESRATE'],
    successes,
    candidates: values['RMINAS.CANDIDATES'],
    vote: values['RMINAS.VOTE'],
    voters: values['RMINAS.VOTE_TOP'],
    cap,
    seed: values.RNG_SEED,
    workers: values['RMINAS.WORKERS'],
    threads: values['RMINAS.THREADS'],
    device: values['RMINAS.DEVICE'],
  };
}
