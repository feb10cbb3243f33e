import type { ProxyValues } from '../objectives/index.js';
import type { Evaluated, Proposed } from '../search/events.js';

/** A candidate has been measured by proxies that need no training, to decide whether to evaluate it. */
export interface ScreenedCandidate {
  readonly type: 'screened';
  /** Canonical. */
  readonly genotype: string;
  readonly parts: ProxyValues;
  readonly seconds: number;
  /** Millions of multiply-adds. */
  readonly flops: number;
}

/** Events of a journal that hold measurements, or end a turn. */
export type MeasurementEvent = ScreenedCandidate | Proposed | Evaluated;

/** The number of measured candidates, and the cost. */
export interface ScreeningCost {
  readonly measured: number;
  readonly seconds: number;
  readonly flops: number;
}

/**
 * The measurements of a run, so that nothing is measured twice, and the cost of candidates that no turn has counted yet.
 * The journal has all of it, so a resumed run continues with the same.
 */
export class ProxyMeasurements {
  readonly #known = new Map<string, ProxyValues>();
  /** By canonical genotype. */
  readonly #uncounted = new Map<string, Omit<ScreeningCost, 'measured'>>();

  /** @param events what earlier sessions journalled, in order */
  constructor(events: Iterable<MeasurementEvent>) {
    for (const event of events) {
      if (event.type === 'screened') this.addCandidate(event.genotype, event.parts, event);
      if (event.type === 'proposed') this.#uncounted.clear();
      if (event.type === 'evaluated' && 'evaluation' in event.outcome) {
        this.add(event.genotype, event.outcome.parts ?? {});
      }
    }
  }

  /** @returns undefined unless all of the proxies have been measured. */
  find(canonical: string, proxies: readonly string[]): ProxyValues | undefined {
    const known = this.#known.get(canonical);
    return known !== undefined && proxies.every((proxy) => proxy in known) ? known : undefined;
  }

  add(canonical: string, parts: ProxyValues): void {
    this.#known.set(canonical, { ...this.#known.get(canonical), ...parts });
  }

  /** Adds what screening measured, with its cost. */
  addCandidate(canonical: string, parts: ProxyValues, cost: Omit<ScreeningCost, 'measured'>): void {
    this.add(canonical, parts);
    this.#uncounted.set(canonical, { seconds: cost.seconds, flops: cost.flops });
  }

  /** The cost of candidates. Each is counted once. */
  takeCost(candidates: Iterable<string>): ScreeningCost {
    const total = { measured: 0, seconds: 0, flops: 0 };
    for (const canonical of candidates) {
      const cost = this.#uncounted.get(canonical);
      if (!cost) continue;
      this.#uncounted.delete(canonical);
      total.measured += 1;
      total.seconds += cost.seconds;
      total.flops += cost.flops;
    }
    return total;
  }
}
