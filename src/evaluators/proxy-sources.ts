import type { Objective } from '../objectives/index.js';
import type { Evaluation } from '../protocol/messages.js';
import {
  PROXIES,
  type ProxyDefinition,
  type ProxyReference,
  parseProxy,
  resolveProxy,
  TRAINING_PROXIES,
} from '../proxies/index.js';
import { mean } from '../statistics/moments.js';

/** Sources of the proxies of an objective. An architecture is trained at most once. */
export interface ProxySources {
  /** Whether the architecture is evaluated: trained to the end. The proxies in `read` are taken from the evaluation. */
  readonly evaluates: boolean;
  readonly read: readonly string[];
  /** Proxies that a training measures which is not an evaluation: it is shorter, or observed at other steps. */
  readonly trained: readonly string[];
  /** Losses that such a training observes. */
  readonly steps: number;
  /** Proxies that need no training. */
  readonly cheap: readonly string[];
}

/** @param steps losses that an evaluation observes */
export function sourcesOf(
  { trains, proxies }: Pick<Objective, 'trains' | 'proxies'>,
  steps: number,
  known: Iterable<ProxyDefinition> = PROXIES,
): ProxySources {
  const references = proxies.map((proxy) => ({ proxy, ...resolveProxy(proxy, known) }));
  const trained = references.filter(({ definition }) => definition.needs === 'training');
  const names = trained.map(({ proxy }) => proxy);
  const cheap = proxies.filter((proxy) => !names.includes(proxy));
  const needed = trained.map(({ step }) => (step ?? steps - 1) + 1);
  const toTheEnd = trained.length === 0 || needed.includes(steps);
  if (trains && toTheEnd && trained.every(standsInEvaluation)) {
    return { evaluates: true, read: names, trained: [], steps: 0, cheap };
  }
  return { evaluates: false, read: [], trained: names, steps: Math.max(0, ...needed), cheap };
}

/** An evaluation has its loss after every update, and the other proxies of a training at its end. */
function standsInEvaluation({ definition, step }: ProxyReference): boolean {
  return TRAINING_PROXIES.includes(definition) && (definition.name === 'rmi' || step === null);
}

/** The value of a proxy in an evaluation; null if the training diverged before. */
export function readProxy(evaluation: Evaluation, proxy: string): number | null {
  const { name, step } = parseProxy(proxy, TRAINING_PROXIES);
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

/** Null if one of them is null. */
function meanOf(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length > 0 && numbers.length === values.length ? mean(numbers) : null;
}
