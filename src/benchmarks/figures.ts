/** Questions about a benchmark's figures, which every source answers alike. */
import type { BenchmarkAnswer, BenchmarkRanking, BenchmarkSummary } from '../protocol/messages.js';

/** A series as a query names it. Null matches every series; series that papers report come first. */
export interface WantedSeries {
  readonly dataset: string | null;
  readonly split: string | null;
  readonly epochs: number | null;
  readonly seed: number | null;
}

export interface BenchmarkSource {
  /** Whether the figures ship with rminas: test accuracies only. */
  readonly isShipped: boolean;
  /** The table that was imported just now; undefined if none was. */
  readonly imported: string | undefined;
  /** @throws UsageError `unknown-architecture` */
  query(architecture: string | number): Promise<BenchmarkAnswer>;
  /** The best architectures of a series. @throws UsageError `unknown-series` */
  rank(wanted: WantedSeries, count: number): Promise<BenchmarkRanking>;
  summary(): Promise<BenchmarkSummary>;
}
