import { lanesOf } from '../../config/planning/search-settings.js';
import { type PreparedSidecar, startPreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import { pathOption } from '../../installation/paths.js';
import { anyNumber, checkOptions, type OptionShape, oneOf } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { checkKinds, kindsOf, MIXED_OPTIONS, type MixedOptions } from '../arithmetic-kinds.js';
import { CONFIGURATION_OPTIONS, words } from '../common-options.js';
import { sidecarListener } from '../events.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { type Accuracies, checkBenchmark, findAccuracies } from './accuracies.js';
import type { RankingEvent } from './events.js';
import { finalizeRanking } from './finalize.js';
import { type MeasuringContext, measureMissing } from './measure.js';
import { measurePaper, type PaperEvaluation } from './paper.js';
import { type NewRanking, planRanking, type RankingPlan } from './plan.js';
import { openRanking, type RankingStore } from './ranking-store.js';
import type { RankingResult } from './result.js';
import { type Candidate, DUPLICATE_COUNTING, drawSample } from './sample.js';
import { trainForAccuracies } from './trainings.js';

export interface RankOptions extends NewRanking, JobOptions, MixedOptions {}

/** The ranges of the numbers are checked with the plan. */
const RANK_OPTIONS: OptionShape<RankOptions> = {
  ...{ ...JOB_OPTIONS, ...MIXED_OPTIONS, ...CONFIGURATION_OPTIONS },
  cfg: pathOption,
  architectures: anyNumber.optional(),
  proxies: words.optional(),
  twins: oneOf(DUPLICATE_COUNTING).optional(),
  duplicates: oneOf(DUPLICATE_COUNTING).optional(),
  bootstrap: anyNumber.optional(),
  paperTrainings: anyNumber.optional(),
  trainEpochs: anyNumber.optional(),
};

/**
 * Measures random architectures of a space by proxies, and tells how well each proxy ranks them, by their accuracies in
 * the space's benchmark, or after trainings of some epochs. All measurements are kept in the folder of the ranking: a repetition, a larger sample or another
 * proxy measures only what is missing.
 *
 * @example
 * const { ranked } = await rank({ cfg: 'nas-bench-201-cifar10', proxies: ['rmi@50', 'synflow'] }).result;
 */
export function rank(options: RankOptions): Job<RankingEvent, RankingResult> {
  const interruption = (folder: string | undefined) => ({
    message: `The ranking was interrupted${folder === undefined ? '' : `; what it measured is kept in ${folder}`}.`,
    nextSteps: ['Give the same command again: it measures only what is missing.'],
  });
  return startChecked(() => checkOptions('rank()', RANK_OPTIONS, options), { interruption }, runRanking);
}

async function runRanking(options: RankOptions, context: JobContext<RankingEvent>): Promise<RankingResult> {
  const { python, signal, allowMixed } = { ...options, ...context };
  const ranking = await planRanking(options, new PluginLoader({ python, signal }));
  const { settings, definitions } = ranking.plan;
  if ('benchmark' in ranking.accuracies) checkBenchmark(ranking.accuracies.benchmark, ranking.data);
  const sample = drawSample(definitions.space.space, settings.seed, ranking.architectures);
  const store = openRanking(ranking, context);
  try {
    return await measureAndFinalize({ ranking, sample, store, python, signal, allowMixed });
  } finally {
    store.job.close();
  }
}

interface RankingRun extends MixedOptions {
  readonly ranking: RankingPlan;
  readonly sample: readonly Candidate[];
  readonly store: RankingStore;
  readonly python: string | undefined;
  readonly signal: AbortSignal;
}

async function measureAndFinalize(run: RankingRun): Promise<RankingResult> {
  const { ranking, sample, store, python, signal } = run;
  const { job } = store;
  const { config, plan, data, scores } = ranking;
  const began = performance.now();
  const before = job.lines.length;
  const { workers } = plan.settings;
  const listener = sidecarListener((event) => job.emit(event));
  const proxies = scores.flatMap((score) => score.proxies.map(({ name }) => name));
  const prepared = await startPreparedSidecar({ config, plan, data, workers, proxies, python, signal, ...listener });
  const { hello } = prepared.sidecar;
  let found: { accuracies: Accuracies; paper: PaperEvaluation };
  try {
    found = await measureAll(run, prepared);
  } finally {
    await prepared.sidecar.close();
  }
  const measured = new Set(
    job.lines.slice(before).flatMap(({ entry }) => (entry.type === 'measured' ? [entry.genotype] : [])),
  ).size;
  const seconds = (performance.now() - began) / 1000;
  return finalizeRanking({ ranking, store, prepared, hello, ...found, drawn: sample.length, seconds, measured });
}

async function measureAll(
  { ranking, sample, store, signal, allowMixed }: RankingRun,
  prepared: PreparedSidecar,
): Promise<{ accuracies: Accuracies; paper: PaperEvaluation }> {
  const { plan, scores } = ranking;
  const { sidecar, prepared: batch, resolved } = prepared;
  const { settings } = plan;
  const { workers, seed } = settings;
  const setting = { digest: resolved.digest, batch: batch.batch.digest };
  const notices = checkKinds('ranking', store.kinds(setting), kindsOf(sidecar.hello), { allowMixed });
  for (const text of notices) store.job.notify(text);
  const context: MeasuringContext = { sidecar, store, workers, lanes: lanesOf(settings), seed, signal };
  // First of all: without accuracies the measurements would be useless.
  const accuracies = await accuraciesOf(context, { ranking, sample, digest: resolved.digest });
  store.writeSession(sidecar, resolved.plan.specification, batch);
  const genotypes = accuracies.known.map(({ canonical }) => canonical);
  await measureMissing(context, {
    name: 'measured',
    setting,
    genotypes,
    proxies: [...new Set(scores.flatMap(({ proxies }) => proxies.map(({ name }) => name)))],
  });
  return { accuracies, paper: await measurePaper(context, ranking, prepared, genotypes) };
}

async function accuraciesOf(
  context: MeasuringContext,
  { ranking, sample, digest }: Pick<RankingRun, 'ranking' | 'sample'> & { readonly digest: string },
): Promise<Accuracies> {
  const { accuracies: from, data } = ranking;
  if ('epochs' in from) return trainForAccuracies(context, ranking, { digest, epochs: from.epochs, sample });
  const { sidecar, store, signal } = context;
  const accuracies = await findAccuracies({ sidecar, benchmark: from.benchmark, sample, data, signal });
  const unknown = sample.length - accuracies.known.length;
  if (unknown > 0) store.job.notify(`${unknown} architectures are not in the benchmark's table.`);
  return accuracies;
}
