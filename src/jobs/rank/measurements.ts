import type { Entry, MeasuredEntry } from './journal.js';

/** What a measurement is of, besides the architecture and the proxy. */
export type Setting = Pick<MeasuredEntry, 'digest' | 'batch'>;

export interface Value {
  /** Null where it is no finite number, or the measuring failed. */
  readonly value: number | null;
  /** Of the proxy alone; null where the measuring failed. */
  readonly cost: Cost | null;
}

export interface Cost {
  /** Millions of multiply-adds of all passes. */
  readonly flops: number;
  readonly seconds: number;
}

/** What has been measured so far; the last measurement of a thing is the one that counts. */
export class Measurements {
  readonly #values = new Map<string, Value>();

  add(entry: Entry): void {
    if (entry.type !== 'measured') return;
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
  find(setting: Setting, genotype: string, proxy: string): Value | undefined {
    return this.#values.get(key(setting, genotype, proxy));
  }

  /** The proxies that an architecture has not been measured by. */
  missing(setting: Setting, genotype: string, proxies: readonly string[]): string[] {
    return proxies.filter((proxy) => this.find(setting, genotype, proxy) === undefined);
  }
}

function key({ digest, batch }: Setting, genotype: string, proxy: string): string {
  return JSON.stringify([digest, batch, genotype, proxy]);
}
