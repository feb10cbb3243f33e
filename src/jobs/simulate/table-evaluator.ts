/** Evaluations and measurements that a table holds, in the form in which a sidecar would answer them. */
import type { Measure, ProxyMeasurement } from '../../evaluators/proxies.js';
import type { Evaluation } from '../../protocol/messages.js';
import { resolveProxy, TRAINING_PROXIES } from '../../proxies/index.js';
import type { EvaluationOutcome, Evaluator } from '../../search/evaluator.js';
import { mean } from '../../statistics/moments.js';
import type { MeasuredValue } from '../rank/measured-values.js';
import { OBSERVED, observedAt } from '../table/proxies.js';
import type { Table, TableBatch } from '../table/read.js';

/** One batch of a table, and the training of the searches that are replayed on it. */
export interface TableSource {
  readonly table: Table;
  readonly batch: TableBatch;
  /** Losses that an evaluation of the search observes; at most those of the table. */
  readonly steps: number;
  /** Weight of the RMI part of the loss. */
  readonly beta: number;
  /** Measures what the table lacks, and adds it; undefined to leave it out of searches. */
  readonly complete?: CompleteTable | undefined;
}

/** Adds the values of proxies of an architecture to a batch of a table, unless it has them. @param genotype canonical */
export type CompleteTable = (genotype: string, proxies: readonly string[]) => Promise<void>;

/** The values of one architecture in a table. */
class Lookup {
  readonly #source: TableSource;
  readonly #genotype: string;

  constructor(source: TableSource, genotype: string) {
    this.#source = source;
    this.#genotype = genotype;
  }

  find(proxy: string): MeasuredValue | undefined {
    const { table, batch } = this.#source;
    return table.values.find(batch.setting, this.#genotype, proxy);
  }

  /** CKA of the stages and cross entropy after some updates; undefined if the table did not observe them. */
  observation(
    updates: number,
  ): { cka: (number | null)[]; crossEntropy: number | null; cost: MeasuredValue } | undefined {
    const values = observedOf(updates).map((proxy) => this.find(proxy));
    const [one, two, three, entropy] = values;
    if (!one || !two || !three || !entropy) return undefined;
    return { cka: [one.value, two.value, three.value], crossEntropy: entropy.value, cost: entropy };
  }

  /** The loss of RMI-NAS, null if it is not finite. It equals that of a sidecar up to the rounding of 32-bit numbers. */
  loss(updates: number): number | null {
    const observation = this.observation(updates);
    if (observation === undefined) return null;
    const numbers = observation.cka.filter((cka) => cka !== null);
    if (numbers.length < observation.cka.length || observation.crossEntropy === null) return null;
    const { beta } = this.#source;
    const distance = numbers.reduce((sum, cka) => sum + (1 - cka), 0);
    return beta * distance + (1 - beta) * observation.crossEntropy;
  }
}

/** The architectures that a table has for searches of so many steps: canonical genotypes. */
export function knownGenotypes(source: TableSource): Set<string> {
  const { table, steps } = source;
  const trained = [...table.trained];
  return new Set(trained.filter((genotype) => new Lookup(source, genotype).observation(steps - 1) !== undefined));
}

/** Evaluates from a table. An architecture that the table lacks is measured, or fails. */
export function createTableEvaluator(source: TableSource, capacity: number): Evaluator {
  const { steps } = source;
  return {
    name: 'table',
    capacity,
    async evaluate({ genotype }): Promise<EvaluationOutcome> {
      await source.complete?.(genotype, [...source.table.proxies, ...observedOf(steps - 1)]);
      const failure = source.table.failures.get(source.batch.setting.batch ?? '')?.get(genotype);
      if (failure !== undefined) return { failure };
      const lookup = new Lookup(source, genotype);
      const last = lookup.observation(steps - 1);
      if (last === undefined) return { failure: 'The table does not have it.' };
      return { evaluation: evaluationOf(lookup, last, steps) };
    },
  };
}

function evaluationOf(
  lookup: Lookup,
  { cka, crossEntropy, cost }: NonNullable<ReturnType<Lookup['observation']>>,
  steps: number,
): Evaluation {
  return {
    loss: lookup.loss(steps - 1),
    curve: Array.from({ length: steps }, (_, updates) => lookup.loss(updates)),
    ...{ cka, crossEntropy, steps },
    seconds: cost.cost?.seconds ?? 0,
    flops: lookup.find('flops')?.value ?? 0,
  };
}

/** Measures from a table, at the cost that the measurement had. A proxy that the table lacks is measured, or null. */
export function createTableMeasure(source: TableSource): Measure {
  return async (architectures, proxies) => {
    const needed = proxies.flatMap((proxy) => neededFor(proxy, source.steps));
    for (const { genotype } of architectures) await source.complete?.(genotype, needed);
    return architectures.map(({ genotype }) => {
      const lookup = new Lookup(source, genotype);
      const found = proxies.map((proxy) => ({ proxy, ...foundValue(lookup, proxy, source.steps) }));
      const parts = Object.fromEntries(found.map(({ proxy, value }) => [proxy, value]));
      return { parts, ...costOf(found) };
    });
  };
}

interface Found extends MeasuredValue {
  readonly training: boolean;
}

function foundValue(lookup: Lookup, proxy: string, steps: number): Found {
  const known = lookup.find(proxy);
  if (known !== undefined) return { ...known, training: proxy.includes('@') };
  const { definition, step } = resolveProxyOf(proxy);
  const observation = definition === null ? undefined : lookup.observation(step ?? steps - 1);
  if (observation === undefined) return { value: null, cost: null, training: false };
  const { cka, cost } = observation;
  const stage = Number(/^cka-(\d+)$/.exec(definition ?? '')?.[1]);
  const values: Record<string, number | null> = {
    rmi: lookup.loss(step ?? steps - 1),
    'cross-entropy': observation.crossEntropy,
    cka: meanCka(cka),
  };
  const value = Number.isInteger(stage) ? (cka[stage - 1] ?? null) : (values[definition ?? ''] ?? null);
  return { value, cost: cost.cost, training: true };
}

/** The values of a table that a proxy is read from. */
function neededFor(proxy: string, steps: number): string[] {
  const { definition, step } = resolveProxyOf(proxy);
  return definition === null ? [proxy] : observedOf(step ?? steps - 1);
}

function observedOf(updates: number): string[] {
  return OBSERVED.map((proxy) => observedAt(proxy, updates));
}

/** The training proxy that a text names; null for any other proxy. */
function resolveProxyOf(text: string): { definition: string | null; step: number | null } {
  try {
    const { definition, step } = resolveProxy(text, TRAINING_PROXIES);
    return { definition: definition.name, step };
  } catch {
    return { definition: null, step: null };
  }
}

function meanCka(cka: readonly (number | null)[]): number | null {
  const numbers = cka.filter((value) => value !== null);
  return numbers.length === cka.length ? mean(numbers) : null;
}

/** Observations of one training share it: the longest counts. */
function costOf(found: readonly Found[]): Pick<ProxyMeasurement, 'seconds' | 'flops'> {
  const total = { seconds: 0, flops: 0 };
  const training = { seconds: 0, flops: 0 };
  for (const { cost, training: trained } of found) {
    if (cost === null) continue;
    if (!trained) {
      total.seconds += cost.seconds;
      total.flops += cost.flops;
    } else if (cost.flops > training.flops) Object.assign(training, cost);
  }
  return { seconds: total.seconds + training.seconds, flops: total.flops + training.flops };
}
