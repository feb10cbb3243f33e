import type { Objective } from '../objectives/index.js';
import type { Evaluation } from '../protocol/messages.js';
import { PROXIES, parseProxy } from '../protocol/proxies.js';
import { mean } from '../statistics/moments.js';

/** How an architecture comes by what its objective needs; it is trained once at most. */
export interface Sources {
  /** Whether it is trained to the end as an evaluation, in which the proxies in `read` stand. */
  readonly evaluates: boolean;
  readonly read: readonly string[];
  /** What a shorter training measures, or one that is looked at where an evaluation is not. */
  readonly trained: readonly string[];
  /** Losses that such a training observes. */
  readonly steps: number;
  /** What is measured without a training. */
  readonly cheap: readonly string[];
}

/** @param steps losses that an evaluation observes. */
export function sourcesOf({ trains, proxies }: Pick<Objective, 'trains' | 'proxies'>, steps: number): Sources {
  const trained = proxies.filter((proxy) => PROXIES[parseProxy(proxy).name].needs === 'training');
  const cheap = proxies.filter((proxy) => !trained.includes(proxy));
  const needed = trained.map((proxy) => (parseProxy(proxy).step ?? steps - 1) + 1);
  const toTheEnd = trained.length === 0 || needed.includes(steps);
  if (trains && toTheEnd && trained.every(standsInEvaluation)) {
    return { evaluates: true, read: trained, trained: [], steps: 0, cheap };
  }
  return { evaluates: false, read: [], trained, steps: Math.max(0, ...needed), cheap };
}

/** An evaluation has its loss after every update, and the rest at its end. */
function standsInEvaluation(proxy: string): boolean {
  const { name, step } = parseProxy(proxy);
  return name === 'rmi' || step === null;
}

/** What an evaluation says of a proxy that stands in it; null where its training has diverged before. */
export function readProxy(evaluation: Evaluation, proxy: string): number | null {
  const { name, step } = parseProxy(proxy);
  if (step !== null) return evaluation.curve[step] ?? null;
  switch (name) {
    case 'rmi':
      return evaluation.loss;
    case 'cross-entropy':
      return evaluation.crossEntropy;
    case 'cka':
      return meanOf(evaluation.cka);
    default:
      return evaluation.cka[Number(name.replace('cka-', '')) - 1] ?? null;
  }
}

/** Null where one of them is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length > 0 && numbers.length === values.length ? mean(numbers) : null;
}
