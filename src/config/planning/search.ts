/** Turns a configuration into the plan of a search. */

import type { DatasetDefinition } from '../../datasets/definition.js';
import { UsageError } from '../../errors.js';
import { shellWord } from '../../installation/paths.js';
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
import { isForOtherClasses, teacherOf } from './teacher.js';

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
  checkBeta(config, definitions);
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
      `Pass it to rminas retrain, with the architecture: rminas retrain --cfg ${shellWord(file ?? '')} --genotype …`,
      'Or search with a configuration that names a data set.',
    ],
  });
}

function definitionsOf({ values, catalogue }: Config): PlanDefinitions {
  const { spaces, datasets, teachers, strategies } = catalogue;
  const dataset = datasets.get(values['LOADER.DATASET'], 'LOADER.DATASET');
  return {
    space: spaces.get(values['SPACE.NAME'], 'SPACE.NAME'),
    dataset,
    teacher: teacherOf(values, dataset, teachers),
    strategy: strategies.get(values['RMINAS.STRATEGY'], 'RMINAS.STRATEGY'),
  };
}

/** Creates the strategy once, to learn now whether its settings fit the space. @throws UsageError */
function checkStrategy({ space, strategy }: PlanDefinitions, settings: SearchSettings): void {
  const surrogate = () => Promise.reject(new Error('A plan evaluates nothing.'));
  createStrategy(strategy, { space: space.space, surrogate, settings });
}

/** @throws UsageError `wrong-classes` when the command line weighs the classes of a teacher for others */
function checkBeta({ settings, values }: Config, { dataset, teacher }: PlanDefinitions): void {
  if (!isForOtherClasses({ dataset, teacher }) || values['RMINAS.LOSS_BETA'] === 1) return;
  if (settings.get('RMINAS.LOSS_BETA')?.source !== 'override') return;
  const { reference, identity } = teacher.own as NonNullable<TeacherDefinition['own']>;
  throw new UsageError(
    `The teacher ${reference} tells ${identity.classes} classes apart, and ${dataset.name} has ${dataset.classes}: ` +
      `RMINAS.LOSS_BETA can only be 1, not ${values['RMINAS.LOSS_BETA']}.`,
    {
      code: 'wrong-classes',
      nextSteps: ['Leave out RMINAS.LOSS_BETA, or choose a teacher for the classes of the data set.'],
    },
  );
}

function specify(values: SearchValues, { space, dataset, teacher }: PlanDefinitions): Specification {
  const profile = PROFILES[values['RMINAS.PROFILE']];
  const size = values['LOADER.BATCH_SIZE'];
  const foreign = isForOtherClasses({ dataset, teacher });
  const backend = backendOf(values['RMINAS.BACKEND'], space);
  return {
    space: space.name,
    network: { ...networkSizeOf(values, space), classes: dataset.classes, resolution: values['SEARCH.IM_SIZE'] },
    dataset: dataset.name,
    ...(dataset.own && { images: dataset.own.images }),
    batch: foreign
      ? { size, pool: size, selection: 'all' }
      : { size, pool: POOL_FACTOR * size, selection: profile.selection },
    teacher:
      teacher.own === undefined
        ? { architecture: teacher.name, mode: profile.teacherMode }
        : { architecture: teacher.name, mode: 'eval', own: teacher.own.identity },
    optimizer: optimizerOf(values, space),
    steps: profile.steps(values['OPTIM.MAX_EPOCH'], space.observedStep),
    beta: foreign ? 1 : values['RMINAS.LOSS_BETA'],
    seed: values.RNG_SEED,
    backend,
    // The functions of the original are called unchanged.
    arithmetic: backend === 'xnas' ? 'plain' : values['RMINAS.ARITHMETIC'],
    precision: values['RMINAS.PRECISION'],
  };
}
