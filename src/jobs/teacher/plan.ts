import { BUILT_IN } from '../../catalogue/built-in.js';
import { extendCatalogue } from '../../catalogue/catalogue.js';
import { configuredValues, textLiteral } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import { parseTeacherReference, type TeacherReference } from '../../plugins/teacher-reference.js';
import { OWN_TEACHERS } from '../../teachers/definition.js';
import type { ResumedJob } from '../common-options.js';
import type { RetrainingStore } from '../retrain/journal.js';
import { type PlannedRetraining, planNewRetraining, planResumedRetraining } from '../retrain/plan.js';
import { TEACHER_NETWORKS, TEACHERS_PLUGIN } from './networks.js';

export interface NewTeacherTraining {
  /** The network: a name such as `resnet20`, `timm:NAME`, `torchvision:NAME`, `pytorchcv:NAME`, `FILE.py:FUNCTION`. */
  readonly network?: string | undefined;
  /** Configuration file; of one for a search, only the data set is used. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add data sets and teachers. */
  readonly plugins?: readonly string[] | undefined;
  /** Folder with the data sets. */
  readonly data?: string | undefined;
}

const CATALOGUE = extendCatalogue(BUILT_IN, { spaces: [TEACHER_NETWORKS] });
/** Small enough for two cores, and good enough for small images. */
const DEFAULT_NETWORK = 'resnet20';

/** @throws UsageError for a configuration or a network that cannot be used */
export async function planTeacherTraining(
  { earlier }: Pick<RetrainingStore, 'earlier'>,
  options: NewTeacherTraining | ResumedJob,
  { python, signal }: { readonly python: string | undefined; readonly signal: AbortSignal },
): Promise<PlannedRetraining> {
  const loader = new PluginLoader({ python, signal, catalogue: CATALOGUE });
  const planned =
    earlier === undefined
      ? await planNew(options as NewTeacherTraining, loader)
      : await planResumedRetraining(earlier, options, loader);
  // The network is not a teacher yet.
  const isKept = (text: string) => !text.includes(TEACHERS_PLUGIN) && !/^The teacher /.test(text);
  const plan = { ...planned.plan, notices: planned.plan.notices.filter(isKept) };
  return { ...planned, plan, notices: planned.notices.filter(isKept) };
}

async function planNew(options: NewTeacherTraining, loader: PluginLoader): Promise<PlannedRetraining> {
  const { network = DEFAULT_NETWORK, cfg, overrides: given = [], plugins = [], data } = options;
  const { text, keys } = await findNetwork(network, { cfg, given });
  return planNewRetraining(
    {
      ...{ genotype: text, cfg, data },
      plugins: [TEACHERS_PLUGIN, ...plugins],
      overrides: ['SPACE.NAME', TEACHER_NETWORKS.name, ...given, ...keys],
    },
    loader,
  );
}

/** The network as a run keeps it, and the keys with which Python describes it before it is trained. */
async function findNetwork(
  network: string,
  { cfg, given }: { cfg: string | undefined; given: readonly string[] },
): Promise<{ text: string; keys: readonly string[] }> {
  const keysWith = (weights: string) => [
    ...['RMINAS.TEACHER', textLiteral(network), 'RMINAS.TEACHER_WEIGHTS', textLiteral(weights)],
    ...['RMINAS.TEACHER_STAGES', '[]'],
  ];
  const parse = async (weights: string) => {
    const configured = await configuredValues({ file: cfg, overrides: [...given, ...keysWith(weights)] });
    return parseTeacherReference(configured, { catalogue: BUILT_IN });
  };
  // A function makes its weights itself; those of other networks are drawn.
  const first = await parse('');
  if (first === null && BUILT_IN.teachers.find(network) === undefined) throw untrainable(network);
  const weights = first?.kind === 'factory' ? '' : 'random';
  const reference = weights === '' ? first : await parse(weights);
  if (reference === null || !isTrainable(reference, network)) throw untrainable(network);
  return { text: reference.text, keys: keysWith(weights) };
}

function isTrainable({ kind, weights, text }: TeacherReference, network: string): boolean {
  return (
    kind !== 'torchscript' && kind !== 'exported' && weights === null && (kind !== 'registered' || text === network)
  );
}

function untrainable(network: string): UsageError {
  return new UsageError(`The network '${network}' cannot be trained: it is neither a known name nor a function.`, {
    code: 'unknown-network',
    nextSteps: [`Name ${[...BUILT_IN.teachers.names].join(', ')}, or one of ${OWN_TEACHERS.replace(/, or .*$/, '')}.`],
  });
}
