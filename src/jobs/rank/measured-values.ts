import type { MeasuredEntry } from './journal.js';

/** The digests of the specification and the batch that a measurement depends on. */
export type MeasurementSetting = Pick<MeasuredEntry, 'digest' | 'batch'>;

export interface MeasuredValue {
  /** Null when it is not a finite number, or the measuring failed. */
  readonly value: number | null;
  /** Of the proxy alone; null when the measuring failed. */
  readonly cost: MeasuringCost | null;
}

export interface MeasuringCost {
  /** Millions of multiply-adds of all passes. */
  readonly flops: number;
  readonly seconds: number;
}

/** The measured values of a ranking. A later measurement replaces an earlier one of the same value. */
export class MeasuredValues {
  readonly #values = new Map<string, MeasuredValue>();

  add(entry: MeasuredEntry): void {
    const { outcome, genotype } = entry;
    if ('failure' in outcome) {
      for (const proxy of entry.proxies) this.#values.set(key(entry, genotype, proxy), { value: null, cost: null });
      return;
    }
    for (const { proxy, value, flops, seconds } of outcome.measurement.values) {
      this.#values.set(key(entry, genotype, proxy), { value, cost: { flops, seconds } });
    }
  }

  /** @param genotype the canonical one */
  find(setting: MeasurementSetting, genotype: string, proxy: string): MeasuredValue | undefined {
    return this.#values.get(key(setting, genotype, proxy));
  }

  /** The proxies that an architecture has not been measured by. */
  missing(setting: MeasurementSetting, genotype: string, proxies: readonly string[]): string[] {
    return proxies.filter((proxy) => this.find(setting, genotype, proxy) === undefined);
  }
}

function key({ digest, batch }: MeasurementSetting, genotype: string, proxy: string): string {
  return JSON.stringify([digest, batch, genotype, proxy]);
}
