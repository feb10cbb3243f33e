import type { JournalLine } from '../jobs/search/journal.js';
import type { ProxyValues } from '../objectives/index.js';
import type { Measurement } from './measure.js';

/** What it took to measure candidates, and how many those were. */
export interface Bill {
  readonly measured: number;
  readonly seconds: number;
  readonly flops: number;
}

/**
 * What a run has measured of architectures, so that nothing is measured twice, and what of it no turn has been charged
 * with yet. All of it stands in the journal, so that a resumed run goes on with the same.
 */
export class Measurements {
  readonly #known = new Map<string, ProxyValues>();
  readonly #owed = new Map<string, Omit<Bill, 'measured'>>();

  constructor(lines: readonly JournalLine[]) {
    for (const { entry } of lines) {
      if (entry.type === 'screened') this.keep(entry.genotype, entry.parts, entry);
      if (entry.type === 'proposed') this.#owed.clear();
      if (entry.type === 'evaluated' && 'evaluation' in entry.outcome) {
        this.learn(entry.genotype, entry.outcome.parts ?? {});
      }
    }
  }

  /** @returns undefined unless all of the proxies have been measured. */
  find(canonical: string, proxies: readonly string[]): ProxyValues | undefined {
    const known = this.#known.get(canonical);
    return known !== undefined && proxies.every((proxy) => proxy in known) ? known : undefined;
  }

  learn(canonical: string, parts: ProxyValues): void {
    this.#known.set(canonical, { ...this.#known.get(canonical), ...parts });
  }

  /** Takes what screening has measured, to be charged for. */
  keep(canonical: string, parts: ProxyValues, { seconds, flops }: Pick<Measurement, 'seconds' | 'flops'>): void {
    this.learn(canonical, parts);
    this.#owed.set(canonical, { seconds, flops });
  }

  /** What is owed for candidates; a second time nothing is. */
  charge(candidates: Iterable<string>): Bill {
    const bill = { measured: 0, seconds: 0, flops: 0 };
    for (const canonical of candidates) {
      const cost = this.#owed.get(canonical);
      if (!cost) continue;
      this.#owed.delete(canonical);
      bill.measured += 1;
      bill.seconds += cost.seconds;
      bill.flops += cost.flops;
    }
    return bill;
  }
}
