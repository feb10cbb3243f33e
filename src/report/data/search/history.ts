/** The history of a search, from its journal alone. */

import type { SearchResult } from '../../../jobs/search/result.js';
import { createObjective } from '../../../objectives/index.js';
import type { EvaluationOutcome } from '../../../search/evaluator.js';
import type { Encoding, Space } from '../../../spaces/space.js';
import { createStrategy } from '../../../strategies/index.js';
import type { Observation, SearchStatus, Strategy, Surrogate } from '../../../strategies/strategy.js';
import { memoOf } from './memo.js';
import type { SearchRecords } from './records.js';

/** An architecture of the history. */
export interface HistoryEntry {
  readonly genotype: string;
  readonly canonical: string;
  /** Null when the space is not known. */
  readonly encoding: Encoding | null;
  readonly phase: Observation['phase'];
  readonly turn: number;
  readonly outcome: EvaluationOutcome;
  /** The value that the search minimises; infinite where there is none. */
  readonly loss: number;
  /** Number of the earlier entry with the same canonical form; null for an evaluated one. */
  readonly duplicateOf: number | null;
}

export interface SearchHistory {
  /** In the order of proposals. An architecture without a result yet is left out. */
  readonly entries: readonly HistoryEntry[];
  /** Null when the strategy is not known, or nothing has been observed. */
  readonly status: SearchStatus | null;
  readonly space: Space | null;
  /** The answer to the history: the recorded one, or the one that the strategy would give now. Null where there is none. */
  readonly answer: HistoryAnswer | null;
}

export interface HistoryAnswer {
  readonly genotype: string;
  readonly note: string;
  readonly final: boolean;
  /** The genotypes that it is based on, best first. */
  readonly voters: readonly { readonly genotype: string; readonly loss: number }[];
  /** How sure the answer is; left out when its rule has no estimate. */
  readonly confidence?: SearchResult['confidence'];
}

/** @throws UsageError when a genotype is not of the run's space */
export function historyOf(records: SearchRecords): SearchHistory {
  const { lines, planned, header, result } = records;
  const { entries, scored, space } = scoredHistory(records);
  const answer = recordedAnswer(lines);
  if (planned === null || space === null) return { entries, status: null, space: null, answer };
  const { settings, definitions } = planned.plan;
  if (header.custom?.strategy !== undefined || entries.length === 0) return { entries, status: null, space, answer };
  const strategy = createStrategy(definitions.strategy, { space, settings, surrogate: unasked });
  const status = strategy.status(scored);
  return {
    entries,
    space,
    status: { ...status, threshold: result?.threshold ?? status.threshold },
    answer: answer ?? presentAnswer(strategy, scored, space),
  };
}

/** The architectures, and what the strategy sees of them. */
export type ScoredHistory = Pick<SearchHistory, 'entries' | 'space'> & { readonly scored: readonly Observation[] };

/** The architectures with their values, without the strategy's part. @throws UsageError as {@link historyOf} */
export function scoredHistory({ lines, planned, header }: SearchRecords): ScoredHistory {
  const space = header.custom?.space === undefined ? (planned?.plan.definitions.space.space ?? null) : null;
  const observed = observedOf(lines, space);
  const measured = observed.map(observationOf);
  const scripted = header.custom?.objective !== undefined || header.custom?.evaluator !== undefined;
  if (planned === null || space === null || scripted) return { entries: observed, scored: measured, space };
  const { objective, warmup } = planned.plan.settings;
  const scored = createObjective(objective, { reference: warmup }).score(measured);
  const entries = observed.map((entry, index) => ({ ...entry, loss: scored[index]?.loss ?? Number.POSITIVE_INFINITY }));
  return { entries, scored, space };
}

function recordedAnswer(lines: SearchRecords['lines']): HistoryAnswer | null {
  for (const { entry } of lines) if (entry.type === 'finished') return { ...entry, final: true };
  return null;
}

/** Limits on the costs of networks are not regarded: the answer is provisional anyway. */
function presentAnswer(strategy: Strategy, history: readonly Observation[], space: Space): HistoryAnswer | null {
  if (!history.some(({ loss }) => Number.isFinite(loss))) return null;
  const { encoding, voters, note } = strategy.answer(history);
  return {
    genotype: space.print(encoding),
    note,
    final: false,
    voters: voters.map((voter) => ({ genotype: space.print(voter.encoding), loss: voter.loss })),
  };
}

/** A report proposes nothing. */
const unasked: Surrogate = () => Promise.reject(new Error('a recorded search was asked for more'));

function observedOf(lines: SearchRecords['lines'], space: Space | null): HistoryEntry[] {
  const outcomes = new Map<string, EvaluationOutcome>();
  for (const { entry } of lines) if (entry.type === 'evaluated') outcomes.set(entry.genotype, entry.outcome);
  const memo = memoOf(lines);
  const first = new Map<string, number>();
  const entries: HistoryEntry[] = [];
  for (const { entry } of lines) {
    if (entry.type !== 'proposed') continue;
    for (const genotype of entry.genotypes) {
      const { encoding, canonical } = space ? memo.parse(genotype, space) : { encoding: null, canonical: genotype };
      const outcome = outcomes.get(canonical);
      if (outcome === undefined) continue;
      const duplicateOf = first.get(canonical) ?? null;
      if (duplicateOf === null) first.set(canonical, entries.length);
      const { phase, turn } = entry;
      entries.push({ genotype, canonical, encoding, phase, turn, outcome, duplicateOf, loss: lossOf(outcome) });
    }
  }
  return entries;
}

function lossOf(outcome: EvaluationOutcome): number {
  const loss = 'failure' in outcome ? null : outcome.evaluation.loss;
  return loss !== null && Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
}

function observationOf({ phase, encoding, loss, outcome }: HistoryEntry): Observation {
  const common = { phase, encoding: encoding ?? [], loss };
  if ('failure' in outcome) return { ...common, curve: [], stopped: false, proxyValues: {} };
  const { curve, stopped = null } = outcome.evaluation;
  return { ...common, curve, stopped: stopped !== null, proxyValues: outcome.parts ?? {} };
}
