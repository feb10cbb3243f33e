/** Explains the score of one architecture: as a search recorded it, or by a training for this purpose. */
import { join } from 'node:path';
import { benchmarkOf } from '../benchmarks/benchmark.js';
import { queryBenchmark } from '../benchmarks/service.js';
import { planSearch, type SearchPlan } from '../config/index.js';
import { InterruptedError, RminasError, UsageError } from '../errors.js';
import { type RecordedEvaluation, readRun, withoutAnswer } from '../export/run.js';
import { pathOption } from '../installation/paths.js';
import { CONFIGURATION_OPTIONS } from '../jobs/common-options.js';
import { architectureOf } from '../jobs/score/score.js';
import {
  abortSignal,
  callback,
  checkOptions,
  filledText,
  flagOption,
  type OptionShape,
  wholeNumberOption,
} from '../options.js';
import { PluginLoader } from '../plugins/loader.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import { writePage } from '../report/report.js';
import type { Space } from '../spaces/space.js';
import { warmUpProposals } from '../strategies/draw.js';
import { type Evidence, type Explanation, evidenceOf, scoreFrom } from './explanation.js';
import { explanationReport } from './page.js';
import { findArchitecture } from './subject.js';
import { trainArchitectures } from './train.js';

export interface ExplainOptions {
  /** Folder of a search. */
  readonly run?: string | undefined;
  /** An architecture in the notation of its space, or a published name; by default the answer of the search. */
  readonly genotype?: string | undefined;
  /** Whether to train an architecture that the search did not evaluate; false by default. Without a run it is trained. */
  readonly train?: boolean | undefined;
  /** Configuration of the training; `quickstart` on the space of the genotype by default. Not with a run. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. Not with a run. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add spaces, data sets, teachers and proxies. */
  readonly plugins?: readonly string[] | undefined;
  /** How many random architectures to train and compare with, from 0 (the default) to 1000. Not with a run. */
  readonly against?: number | undefined;
  /** Folder with the data sets and teachers; that of the run by default. */
  readonly data?: string | undefined;
  /** Whether to share scores with other runs; true by default. */
  readonly cache?: boolean | undefined;
  /** File for the explanation as an HTML page. */
  readonly out?: string | undefined;
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Receives messages for the user. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

const EXPLAIN_OPTIONS: OptionShape<ExplainOptions> = {
  ...CONFIGURATION_OPTIONS,
  run: pathOption.optional(),
  genotype: filledText.optional(),
  train: flagOption.optional(),
  against: wholeNumberOption(0, 1000).optional(),
  cache: flagOption.optional(),
  out: pathOption.optional(),
  python: pathOption.optional(),
  signal: abortSignal.optional(),
  onNotice: callback<(text: string) => void>().optional(),
};

/** What is explained, and by what. */
interface Subject extends Pick<Explanation, 'genotype' | 'canonical' | 'run' | 'trainedBy' | 'threshold'> {
  readonly plan: SearchPlan;
  readonly evidence: Evidence;
}

/**
 * Takes the score of an architecture apart: CKA of each stage, cross entropy, proxies, its place among other
 * architectures, and its accuracy in the benchmark.
 *
 * @example
 * const { parts, warmup } = await explain({ run: 'exp/quickstart/nas-bench-201-digits-seed1' });
 * await explain({ genotype: '|skip_connect~0|+|…|', against: 10, out: 'explanation.html' });
 * @throws UsageError for a search without an answer and for a genotype of another space; MissingError for a missing
 *   folder, and for what a training needs
 */
export async function explain(given: ExplainOptions): Promise<Explanation> {
  const options = checkOptions('explain()', EXPLAIN_OPTIONS, given);
  const { plan, evidence, ...subject } =
    options.run === undefined ? await trainedSubject(options) : await recordedSubject(options, options.run);
  const { space, graphs } = plan.definitions.space;
  const explanation: Explanation = {
    schema: 1,
    space: space.name,
    dataset: plan.specification.dataset,
    ...subject,
    ...scoreFrom(evidence, plan.specification.beta),
    ...(options.run === undefined && { all: null }),
    benchmark: await figuresOf(space.name, subject.genotype, options),
    file: null,
  };
  if (options.out === undefined) return explanation;
  const page = explanationReport(explanation, { others: evidence.others, graphs: graphs(subject.genotype) });
  return { ...explanation, file: writePage([page], options.out).file };
}

/** An architecture of a search. It is trained only on demand. */
async function recordedSubject(options: ExplainOptions, folder: string): Promise<Subject> {
  const unused = (['cfg', 'overrides', 'against'] as const).find((name) => isGiven(options[name]));
  if (unused !== undefined) {
    throw new UsageError(`The option ${unused} has no effect with a run, which has its own configuration.`, {
      code: 'unused-option',
      nextSteps: [`Leave out ${unused}, or the run.`],
    });
  }
  const run = readRun(folder);
  const config = await run.configuration();
  const plan = planSearch(config);
  const text = options.genotype ?? run.answer;
  if (text === null) throw withoutAnswer(run.folder, 'Or name an architecture in quotes.');
  const { genotype, canonical } = architectureOf(plan.definitions.space, config.catalogue.spaces, text);
  const common = { plan, genotype, canonical, run: run.folder, threshold: run.result?.threshold ?? null };
  const recorded = evidenceOf(run, canonical);
  if (recorded.own !== undefined || options.train !== true) return { ...common, trainedBy: null, evidence: recorded };
  const data = options.data ?? run.header.data;
  const [own] = await trainArchitectures({ ...trainingOptions(options), config, data, genotypes: [canonical] });
  return { ...common, trainedBy: join(run.folder, 'config.yaml'), evidence: { ...recorded, own: own?.outcome } };
}

const isGiven = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

/** An architecture without a search, trained together with random ones. */
async function trainedSubject(options: ExplainOptions): Promise<Subject> {
  const { genotype: text, cfg = 'quickstart', overrides = [], plugins, python, signal, against = 0 } = options;
  if (text === undefined) {
    throw new UsageError('There is nothing to explain.', {
      code: 'nothing-to-explain',
      nextSteps: ['Name the folder of a search, a published name, or a genotype in quotes.'],
    });
  }
  const loader = new PluginLoader({ python, signal });
  const isNamed = options.cfg !== undefined || overrides.includes('SPACE.NAME');
  const space = isNamed ? [] : ['SPACE.NAME', (await findArchitecture({ architecture: text }, loader)).space.name];
  const config = await loader.loadConfig({ file: cfg, overrides: [...space, ...overrides], plugins });
  const plan = planSearch(config);
  const { genotype, canonical } = architectureOf(plan.definitions.space, config.catalogue.spaces, text);
  const random = randomOnes(plan.definitions.space.space, plan.settings.seed, against);
  const genotypes = [...new Set([canonical, ...random])];
  const data = options.data ?? null;
  const evaluations = await trainArchitectures({ ...trainingOptions(options), config, data, genotypes });
  const [own, ...others]: (RecordedEvaluation | undefined)[] = evaluations;
  return {
    ...{ plan, genotype, canonical, run: null, trainedBy: cfg, threshold: null },
    evidence: { own: own?.outcome, proposed: null, others: others.filter((one) => one !== undefined) },
  };
}

/** The first architectures of the warm-up of a search with the same seed, whose scores may be shared. */
function randomOnes(space: Space, seed: number, count: number): string[] {
  return warmUpProposals(space, seed, 0, count).map((encoding) => space.print(space.canonical(encoding)));
}

function trainingOptions({ python, signal, cache = true, onNotice: notify = () => {} }: ExplainOptions) {
  return { python, cache, notify, signal: signal ?? new AbortController().signal };
}

/** The figures of the benchmark are an addition: without them the rest is explained. */
async function figuresOf(
  space: string,
  architecture: string,
  { python, signal }: ExplainOptions,
): Promise<BenchmarkAnswer | null> {
  const benchmark = benchmarkOf(space);
  if (benchmark === undefined) return null;
  try {
    return await queryBenchmark({ benchmark: benchmark.name, architecture, python, signal });
  } catch (error) {
    if (error instanceof RminasError && !(error instanceof InterruptedError)) return null;
    throw error;
  }
}
