/** Turns a configuration into the plan of a search. */
import type { DatasetDefinition } from '../../datasets/definition.js';
import { UsageError } from '../../errors.js';
import type { Specification } from '../../protocol/specification.js';
import type { SpaceDefinition } from '../../spaces/definition.js';
import { createStrategy, type StrategyDefinition } from '../../strategies/index.js';
import type { TeacherDefinition } from '../../teachers/definition.js';
import type { Config } from '../config.js';
import { PROFILES, type ProfileName } from '../schema/profiles.js';
import type { SearchValues } from '../schema/search-keys.js';
import { backendOf } from './backend.js';
import { networkSizeOf } from './network.js';
import { chooseObjective } from './objective.js';
import { optimizerOf } from './optimizer.js';
import { planSettings, type SearchSettings } from './search-settings.js';

/** Images that the batch is chosen from, for each that is kept (XNAS's `get_random_data(16 * BATCH_SIZE)`). */
const POOL_FACTOR = 16;

export interface SearchPlan {
  readonly specification: Specification;
  readonly settings: SearchSettings;
  /** As configured; a relative path starts from the current folder. */
  readonly outDir: string;
  /** For the record only: the specification and the settings contain all that it decided. */
  readonly profile: ProfileName;
  /** The definitions that the names in the specification refer to. */
  readonly definitions: PlanDefinitions;
}

export interface PlanDefinitions {
  readonly space: SpaceDefinition;
  readonly dataset: DatasetDefinition;
  readonly teacher: TeacherDefinition;
  readonly strategy: StrategyDefinition;
}

/** @throws UsageError when the configuration is well-formed but describes no possible search. */
export function planSearch(config: Config): SearchPlan {
  checkPurpose(config);
  const { values } = config;
  const definitions = definitionsOf(config);
  const specification = specify(values, definitions);
  const objective = chooseObjective(config, specification.steps);
  const settings = planSettings(values, { strategy: definitions.strategy, objective });
  checkStrategy(definitions, settings);
  return {
    specification,
    settings,
    outDir: values.OUT_DIR,
    profile: values['RMINAS.PROFILE'],
    definitions,
  };
}

function checkPurpose({ file, purpose }: Config): void {
  if (purpose === 'search') return;
  throw new UsageError(`${file} describes how a found architecture is trained, not a search.`, {
    code: 'retraining-config',
    nextSteps: [
      `Pass it to rminas retrain, with the architecture: rminas retrain --cfg ${file} --genotype …`,
      'Or search with a configuration that names a data set.',
    ],
  });
}

function definitionsOf({ values, catalogue }: Config): PlanDefinitions {
  const { spaces, datasets, teachers, strategies } = catalogue;
  const dataset = datasets.get(values['LOADER.DATASET'], 'LOADER.DATASET');
  const teacher = values['RMINAS.TEACHER_ARCH'] || dataset.teacher;
  if (teacher === null) throw noTeacher(dataset);
  return {
    space: spaces.get(values['SPACE.NAME'], 'SPACE.NAME'),
    dataset,
    teacher: teachers.get(teacher, 'RMINAS.TEACHER_ARCH'),
    strategy: strategies.get(values['RMINAS.STRATEGY'], 'RMINAS.STRATEGY'),
  };
}

function noTeacher({ name, classes }: DatasetDefinition): UsageError {
  return new UsageError(`The data set ${name} has no teacher of its own, and RMINAS.TEACHER_ARCH names none.`, {
    code: 'no-teacher',
    nextSteps: [`Set RMINAS.TEACHER_ARCH to a teacher for ${classes} classes.`],
  });
}

/** Creates the strategy once, to learn now whether its settings fit the space. @throws UsageError */
function checkStrategy({ space, strategy }: PlanDefinitions, settings: SearchSettings): void {
  const surrogate = () => Promise.reject(new Error('A plan evaluates nothing.'));
  createStrategy(strategy, { space: space.space, surrogate, settings });
}

function specify(values: SearchValues, { space, dataset, teacher }: PlanDefinitions): Specification {
  const profile = PROFILES[values['RMINAS.PROFILE']];
  const size = values['LOADER.BATCH_SIZE'];
  const backend = backendOf(values['RMINAS.BACKEND'], space);
  return {
    space: space.name,
    network: { ...networkSizeOf(values, space), classes: dataset.classes, resolution: values['SEARCH.IM_SIZE'] },
    dataset: dataset.name,
    ...(dataset.own && { images: dataset.own.images }),
    batch: { size, pool: POOL_FACTOR * size, selection: profile.selection },
    teacher: { architecture: teacher.name, mode: profile.teacherMode },
    optimizer: optimizerOf(values, space),
    steps: profile.steps(values['OPTIM.MAX_EPOCH'], space.observedStep),
    beta: values['RMINAS.LOSS_BETA'],
    seed: values.RNG_SEED,
    backend,
    // The functions of the original are called unchanged.
    arithmetic: backend === 'xnas' ? 'plain' : values['RMINAS.ARITHMETIC'],
    precision: values['RMINAS.PRECISION'],
  };
}
