import { benchmarkOf } from '../benchmarks/benchmark.js';
import { queryBenchmark } from '../benchmarks/service.js';
import { planSearch } from '../config/index.js';
import { InterruptedError, RminasError, UsageError } from '../errors.js';
import { readRun } from '../export/run.js';
import { pathOption } from '../installation/paths.js';
import { abortSignal, checkOptions, filledText, type OptionShape } from '../options.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import { tidyNotation } from '../spaces/notation.js';
import { type Explanation, recordedParts } from './explanation.js';

export interface ExplainOptions {
  /** Folder of a search. */
  readonly run: string;
  /** An architecture of the search's space; by default the answer of the search. */
  readonly genotype?: string | undefined;
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const EXPLAIN_OPTIONS: OptionShape<ExplainOptions> = {
  run: pathOption,
  genotype: filledText.optional(),
  python: pathOption.optional(),
  signal: abortSignal.optional(),
};

/**
 * Takes the score of an architecture apart: CKA of each stage, cross entropy, proxies, its place among the architectures
 * of the search, and its accuracy in the benchmark.
 *
 * @example
 * const { parts, warmup } = await explain({ run: 'exp/quickstart/nas-bench-201-digits-seed1' });
 * @throws UsageError for a search without an answer and for a genotype of another space; MissingError for a missing folder
 */
export async function explain(given: ExplainOptions): Promise<Explanation> {
  const options = checkOptions('explain()', EXPLAIN_OPTIONS, given);
  const { folder, evaluations, answer, result, configuration } = readRun(options.run);
  const plan = planSearch(await configuration());
  const { space } = plan.definitions.space;
  const text = options.genotype ?? answer;
  if (text === null || text === undefined) {
    throw new UsageError(`The search in ${folder} has no answer yet.`, {
      code: 'no-answer',
      nextSteps: [`Resume it with: rminas search --resume ${folder}`, 'Or name an architecture in quotes.'],
    });
  }
  const encoding = space.parse(tidyNotation(text));
  const genotype = space.print(encoding);
  const canonical = space.print(space.canonical(encoding));
  return {
    schema: 1,
    space: space.name,
    genotype,
    canonical,
    run: folder,
    ...recordedParts(evaluations, canonical, plan.specification.beta),
    threshold: result?.threshold ?? null,
    benchmark: await figuresOf(space.name, genotype, options),
  };
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
