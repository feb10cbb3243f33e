import { benchmarkOf } from '../benchmarks/benchmark.js';
import { missingIndexAdvice } from '../benchmarks/ready-index.js';
import { belongsTo, chooseSeries, seriesName } from '../benchmarks/series.js';
import { findInBenchmark, openBenchmark } from '../benchmarks/source.js';
import { MissingError, UsageError } from '../errors.js';
import { ACCURACY } from '../objectives/benchmark.js';
import type { BenchmarkAnswer, BenchmarkSeries } from '../protocol/messages.js';
import type { EvaluationOutcome, Evaluator } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';
import { neededCosts } from '../strategies/limits/constraint.js';
import { type StartedSidecar, type StartOptions, startWithoutBatch } from './prepared-sidecar.js';

const NOT_TRAINED = { loss: null, curve: [], cka: [], crossEntropy: null, steps: 0, seconds: 0 };

/** A sidecar that looks architectures up instead of training them. */
export interface BenchmarkSidecar extends StartedSidecar {
  readonly evaluator: Evaluator;
}

/** @throws as {@link createBenchmarkEvaluator} */
export async function startBenchmarkSidecar(options: StartOptions): Promise<BenchmarkSidecar> {
  const needsNetworks = neededCosts(options.plan.settings).length > 0;
  const started = await startWithoutBatch(options, needsNetworks ? 1 : 0);
  try {
    return { ...started, evaluator: await createBenchmarkEvaluator(started.sidecar, options) };
  } catch (error) {
    await started.sidecar.close();
    throw error;
  }
}

/**
 * An evaluator that looks architectures up in the space's benchmark.
 * @throws UsageError for a space without a benchmark, or a series that it lacks; MissingError without a table
 */
export async function createBenchmarkEvaluator(
  sidecar: Pick<Sidecar, 'request'>,
  { plan, data, workers, notify }: Pick<StartOptions, 'plan' | 'data' | 'workers' | 'notify'>,
): Promise<Evaluator> {
  const { specification, settings } = plan;
  const benchmark = benchmarkOf(specification.space);
  if (benchmark === undefined) {
    throw new UsageError(`There is no benchmark of the space ${specification.space} to search by.`, {
      code: 'no-benchmark',
      nextSteps: ['Choose another objective (RMINAS.OBJECTIVE).'],
    });
  }
  const source = await openBenchmark(sidecar, benchmark, data);
  // The table that ships with rminas has test accuracies only. They are used if they are named.
  if (source === undefined || (source.isShipped && settings.series === null)) {
    throw new MissingError(`The objective is a benchmark's accuracy, and there is none of ${benchmark.name}.`, {
      code: 'missing-benchmark',
      nextSteps: [
        missingIndexAdvice(benchmark),
        ...(source === undefined
          ? []
          : [
              'Or name a test accuracy, which ships with rminas, in RMINAS.BENCHMARK_SERIES: a search by it is an oracle.',
            ]),
      ],
    });
  }
  const series = chooseSeries(await source.summary(), specification.dataset, settings.series);
  notify(`Architectures are scored by ${benchmark.name}: ${seriesName(series)}, ${series.aggregation}.`);

  return {
    capacity: workers,
    evaluate: async ({ genotype }) => outcomeOf(await findInBenchmark(source, genotype), series),
  };
}

/** @param answer null if the table lacks the architecture */
export function outcomeOf(answer: BenchmarkAnswer | null, series: BenchmarkSeries): EvaluationOutcome {
  const figure = answer?.figures.find((one) => belongsTo(one, series));
  if (figure === undefined) return { failure: `The table has no ${seriesName(series)} of it.` };
  const { trainSeconds, evalSeconds } = figure;
  return {
    evaluation: NOT_TRAINED,
    parts: { [ACCURACY]: figure.accuracy },
    ...(trainSeconds !== null && { simulatedSeconds: trainSeconds + (evalSeconds ?? 0) }),
  };
}
