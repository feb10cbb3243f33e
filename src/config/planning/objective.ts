/** What a configuration wants to be minimised. */
import { UsageError } from '../../errors.js';
import { nearestName } from '../../nearest.js';
import type { ObjectiveChoice, WeightedProxy } from '../../objectives/index.js';
import { PROXIES, parseProxy } from '../../protocol/proxies.js';
import type { Values } from '../schema/ranges.js';

/** A series of a benchmark's figures, as a configuration names it; null epochs are whichever there are. */
export interface SeriesChoice {
  readonly dataset: string;
  readonly split: string;
  readonly epochs: number | null;
}

const NAMES = ['rmi', 'aggregate', 'benchmark', ...Object.keys(PROXIES).filter((name) => name !== 'rmi')];

/** RMINAS.OBJECTIVE, as {@link readObjective} reads it. */
export function chooseObjective(values: Values, steps: number): ObjectiveChoice {
  return readObjective(values['RMINAS.OBJECTIVE'], 'RMINAS.OBJECTIVE', values, steps);
}

/**
 * @param text a name of an objective; of the aggregate RMINAS.AGGREGATE says the parts
 * @param where the text comes from, for messages
 * @param steps losses that a training observes: a proxy may be asked for after fewer updates.
 * @throws UsageError for a name that is none, and for an aggregate that cannot be.
 */
export function readObjective(text: string, where: string, values: Values, steps: number): ObjectiveChoice {
  if (text === 'rmi' || text === 'benchmark') return { kind: text };
  if (text === 'aggregate') return { kind: 'aggregate', proxies: readAggregate(values['RMINAS.AGGREGATE'], steps) };
  const name = text.replace(/@.*$/s, '');
  if (!NAMES.includes(name) || name === 'aggregate' || name === 'benchmark') {
    throw new UsageError(`${where} is '${text}', which is no objective. The nearest is ${nearest(name)}.`, {
      code: 'unknown-objective',
      nextSteps: [
        `Set it to one of ${NAMES.join(', ')}; what is observed in a training also with a step, like rmi@50.`,
      ],
    });
  }
  return { kind: 'proxy', proxy: readProxy(text, 1, where, steps) };
}

/**
 * RMINAS.BENCHMARK_SERIES: `dataset split`, or `dataset split epochs`; empty for null.
 * @throws UsageError for anything else.
 */
export function chooseSeries(values: Values): SeriesChoice | null {
  const text = values['RMINAS.BENCHMARK_SERIES'].trim();
  if (text === '') return null;
  const [dataset, split, epochs, ...more] = text.split(/\s+/);
  const count = epochs === undefined ? null : Number(epochs);
  if (dataset === undefined || split === undefined || more.length > 0 || (count !== null && !isCount(count))) {
    throw new UsageError(`RMINAS.BENCHMARK_SERIES is '${text}', which names no series.`, {
      code: 'invalid-series',
      nextSteps: ["Write the data set, the split and perhaps the epochs, e.g. 'cifar10-valid x-valid 200'."],
    });
  }
  return { dataset, split, epochs: count };
}

function nearest(name: string): string | null {
  return nearestName(name, NAMES);
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 1;
}

/** Proxies, each followed by its weight. */
function readAggregate(text: string, steps: number): WeightedProxy[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const parts: WeightedProxy[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', weight] = words.slice(at, at + 2);
    const part = readProxy(name, weightOf(name, weight), 'RMINAS.AGGREGATE', steps);
    if (parts.some((other) => other.name === part.name)) throw unusable(`has ${part.name} twice`);
    parts.push(part);
  }
  if (parts.length === 0) throw unusable('is empty');
  return parts;
}

function weightOf(name: string, text: string | undefined): number {
  const weight = Number(text);
  if (text !== undefined && Number.isFinite(weight) && weight > 0) return weight;
  throw unusable(`gives ${name} the weight ${text ?? 'of nothing'}, which is no number above 0`);
}

function unusable(problem: string): UsageError {
  return new UsageError(`RMINAS.AGGREGATE ${problem}.`, {
    code: 'invalid-aggregate',
    nextSteps: ["Write proxies, each followed by its weight, e.g. 'rmi 1 synflow 0.5 flops 1'."],
  });
}

function readProxy(text: string, weight: number, key: string, steps: number): WeightedProxy {
  const { name, step } = parseProxy(text);
  if (step !== null && step > steps - 1) {
    throw new UsageError(`${key} asks for ${text}, and a training has ${steps - 1} updates.`, {
      code: 'step-beyond-training',
      nextSteps: [`Ask for ${name}@${steps - 1} at most, or set OPTIM.MAX_EPOCH to more.`],
    });
  }
  return { ...PROXIES[name], name: step === null ? name : `${name}@${step}`, weight };
}
