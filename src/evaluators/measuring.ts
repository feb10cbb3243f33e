import type { Objective, ProxyValues } from '../objectives/index.js';
import type { Evaluation } from '../protocol/messages.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../search/evaluator.js';
import type { Measure, Measurement } from './measure.js';
import type { Measurements } from './measurements.js';
import { readProxy, sourcesOf } from './parts.js';

const NOTHING: Measurement = { parts: {}, seconds: 0, flops: 0 };

export interface MeasuringOptions {
  readonly objective: Objective;
  /** Losses that an evaluation observes. */
  readonly steps: number;
  readonly measure: Measure;
  readonly known: Measurements;
}

/**
 * Scores architectures by all that an objective needs of them. The given evaluator trains them where its evaluations
 * have what is needed; where nothing, or less, has to be trained, it is not asked at all.
 */
export function withMeasurements(evaluator: Evaluator, options: MeasuringOptions): Evaluator {
  const { objective, known } = options;
  if (objective.proxies.length === 0) return evaluator;
  const sources = sourcesOf(objective, options.steps);

  async function measure(request: EvaluationRequest, proxies: readonly string[]): Promise<Measurement> {
    if (proxies.length === 0) return NOTHING;
    const parts = known.find(request.genotype, proxies);
    if (parts) return { ...NOTHING, parts: pick(parts, proxies) };
    const measurement = await options.measure(request, proxies);
    known.learn(request.genotype, measurement.parts);
    return measurement;
  }

  async function evaluate(request: EvaluationRequest): Promise<EvaluationOutcome> {
    const trained = sources.evaluates ? await evaluator.evaluate(request) : undefined;
    if (trained && 'failure' in trained) return trained;
    const cheap = await measure(request, sources.cheap);
    const shorter = await measure(request, sources.trained);
    const evaluation = trained?.evaluation ?? withoutEnd(sources.steps);
    const read = Object.fromEntries(sources.read.map((proxy) => [proxy, readProxy(evaluation, proxy)]));
    const took = [cheap, shorter].filter(({ seconds }) => seconds > 0);
    const cached = took.length > 0 && took.every((one) => one.cached === true);
    return {
      evaluation,
      ...((trained ? trained.cached : cached) && { cached: true }),
      parts: { ...read, ...cheap.parts, ...shorter.parts },
      measuring: {
        seconds: cheap.seconds + shorter.seconds,
        flops: cheap.flops + shorter.flops,
        ...(cached && { cached: true }),
      },
    };
  }

  return {
    get capacity() {
      return evaluator.capacity;
    },
    evaluate,
  };
}

function pick(parts: ProxyValues, names: readonly string[]): ProxyValues {
  return Object.fromEntries(names.map((name) => [name, parts[name] ?? null]));
}

/** Of an architecture that was not trained to the end. @param steps losses observed */
function withoutEnd(steps: number): Evaluation {
  return { loss: null, curve: [], cka: [], crossEntropy: null, steps, seconds: 0 };
}
