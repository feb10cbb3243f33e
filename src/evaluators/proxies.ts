import type { Objective, ProxyValues } from '../objectives/index.js';
import type { Evaluation } from '../protocol/messages.js';
import type { ProxyDefinition } from '../proxies/index.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator, Measuring } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';
import { failureOfOne, UnusableSpace } from './failures.js';
import { type MeasuredArchitecture, requestMeasurements } from './measurements.js';
import type { ProxyMeasurements } from './proxy-measurements.js';
import { readProxy, sourcesOf } from './proxy-sources.js';

/** The values of proxies for an architecture, and the cost of measuring them. */
export interface ProxyMeasurement extends Measuring {
  readonly parts: ProxyValues;
}

/**
 * Measures architectures, one after the other.
 * @param architectures at most {@link MOST_MEASURED}
 * @param proxies at least one, as the sidecar names them; all of them are answered
 * @returns the measurements in the order of the architectures
 */
export type Measure = (
  architectures: readonly MeasuredArchitecture[],
  proxies: readonly string[],
) => Promise<readonly ProxyMeasurement[]>;

const NOTHING: ProxyMeasurement = { parts: {}, seconds: 0, flops: 0 };

/**
 * Measures in the sidecar, on the batch that `digest` was prepared for: all architectures in one request. When one of
 * them fails, each is asked for alone, and the proxies of those that fail are null.
 */
export function createSidecarMeasure(options: {
  sidecar: Pick<Sidecar, 'request'>;
  digest: string;
  signal: AbortSignal;
  onFailure: (text: string) => void;
  /** Counts failures of the space's architectures. */
  space?: UnusableSpace;
}): Measure {
  const { sidecar, digest, signal, onFailure, space = new UnusableSpace() } = options;
  const measureTogether: Measure = async (architectures, proxies) => {
    const measurements = await requestMeasurements(sidecar, { digest, architectures, proxies }, signal);
    space.succeeded();
    return measurements.map(({ values, seconds, flops }) => {
      return { parts: Object.fromEntries(values.map(({ proxy, value }) => [proxy, value])), seconds, flops };
    });
  };

  async function measureAlone(
    architecture: MeasuredArchitecture,
    proxies: readonly string[],
  ): Promise<ProxyMeasurement> {
    try {
      const [measurement] = await measureTogether([architecture], proxies);
      return measurement as ProxyMeasurement;
    } catch (error) {
      onFailure(`${architecture.genotype} was not measured: ${space.failureOfOne(error)}`);
      return { ...NOTHING, parts: Object.fromEntries(proxies.map((proxy) => [proxy, null])) };
    }
  }

  return async (architectures, proxies) => {
    if (architectures.length > 1) {
      try {
        return await measureTogether(architectures, proxies);
      } catch (error) {
        // Other errors than that of one architecture end the work.
        failureOfOne(error);
      }
    }
    const measurements: ProxyMeasurement[] = [];
    for (const architecture of architectures) measurements.push(await measureAlone(architecture, proxies));
    return measurements;
  };
}

export interface ProxyEvaluatorOptions {
  readonly objective: Objective;
  /** Losses that an evaluation observes. */
  readonly steps: number;
  readonly measure: Measure;
  readonly known: ProxyMeasurements;
  /** The proxies that the objective may name; those that ship with rminas by default. */
  readonly definitions?: Iterable<ProxyDefinition> | undefined;
}

/**
 * Adds the proxies of an objective to an evaluator. The given evaluator trains an architecture if an evaluation contains
 * the proxies that need training. Otherwise it is not asked.
 */
export function withProxies(evaluator: Evaluator, options: ProxyEvaluatorOptions): Evaluator {
  const { objective, known } = options;
  if (objective.proxies.length === 0) return evaluator;
  const sources = sourcesOf(objective, options.steps, options.definitions);

  async function measure(request: EvaluationRequest, proxies: readonly string[]): Promise<ProxyMeasurement> {
    if (proxies.length === 0) return NOTHING;
    const parts = known.find(request.genotype, proxies);
    if (parts) return { ...NOTHING, parts: pick(parts, proxies) };
    const [measurement = NOTHING] = await options.measure([request], proxies);
    known.add(request.genotype, measurement.parts);
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

/** The evaluation of an architecture that was not trained to the end. @param steps losses observed */
function withoutEnd(steps: number): Evaluation {
  return { loss: null, curve: [], cka: [], crossEntropy: null, steps, seconds: 0 };
}
