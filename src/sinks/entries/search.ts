/** The log of a search: a step for each evaluation, in the order in which they ended. */
import { reportedFigures } from '../../benchmarks/reported.js';
import type { LogEntryOf } from '../../protocol/logging.js';
import { type HistoryEntry, scoredHistory } from '../../report/data/search/history.js';
import type { SearchRecords } from '../../report/data/search/records.js';
import { answerEntry, type RunLog, runEntry, scalarsEntry } from '../run-log.js';

/** @throws UsageError when a genotype is not of the run's space */
export function searchLog(records: SearchRecords): RunLog {
  const { folder, header, lines, state } = records;
  const at = lines[0]?.at ?? 0;
  const settings = { ...header.settings, 'rminas version': header.rminas, workers: header.workers };
  return {
    run: runEntry({ folder, kind: 'search', at, identity: JSON.stringify(lines[0]), settings }),
    scalars: isScored(records) ? scalarsOf(records) : [],
    answer: answerOf(records),
    state,
  };
}

/** The values of an aggregate are ranks among the warm-up. They are known once it is complete. */
function isScored({ planned, lines, state }: SearchRecords): boolean {
  if (planned?.plan.settings.objective.kind !== 'aggregate' || state === 'finished') return true;
  return lines.some(({ entry }) => entry.type === 'proposed' && entry.phase === 'guided');
}

interface Totals {
  best: number;
  seconds: number;
  steps: number;
  failures: number;
}

function scalarsOf(records: SearchRecords): LogEntryOf<'scalars'>[] {
  const first = new Map<string, HistoryEntry>();
  for (const entry of scoredHistory(records).entries)
    if (!first.has(entry.canonical)) first.set(entry.canonical, entry);
  const totals: Totals = { best: Number.POSITIVE_INFINITY, seconds: 0, steps: 0, failures: 0 };
  const entries: LogEntryOf<'scalars'>[] = [];
  for (const { at, entry } of records.lines) {
    const scored = entry.type === 'evaluated' ? first.get(entry.genotype) : undefined;
    if (scored === undefined) continue;
    const accuracy = records.accuracies?.accuracyOf(scored.canonical);
    entries.push(scalarsEntry(entries.length + 1, at, { ...valuesOf(scored, totals), 'search/accuracy': accuracy }));
  }
  return entries;
}

/** @param totals of the evaluations before, which this adds to */
function valuesOf({ loss, outcome }: HistoryEntry, totals: Totals): Record<string, number | null> {
  if ('failure' in outcome) {
    totals.failures += 1;
    return { 'search/failures': totals.failures };
  }
  const { crossEntropy, cka, steps, seconds, flops = null, stopped = null } = outcome.evaluation;
  const own = outcome.cached ? 0 : seconds + (outcome.measuring?.seconds ?? 0);
  totals.seconds += own;
  totals.steps += outcome.cached ? 0 : steps;
  if (stopped === null) totals.best = Math.min(totals.best, loss);
  const stages = cka.map((value, stage) => [`cka/stage_${stage + 1}`, value] as const);
  const proxies = Object.entries(outcome.parts ?? {}).map(([name, value]) => [`proxy/${name}`, value] as const);
  return {
    'search/loss': loss,
    'search/best': totals.best,
    'search/cross_entropy': crossEntropy,
    ...Object.fromEntries([...stages, ...proxies]),
    'cost/seconds': own,
    'cost/flops': flops,
    'cost/seconds_so_far': totals.seconds,
    'cost/steps_so_far': totals.steps,
  };
}

function answerOf({ result }: SearchRecords): LogEntryOf<'answer'> | null {
  if (result === null) return null;
  const { genotype, score, best, stop, cost, benchmark } = result;
  const figures = reportedFigures(benchmark.answer?.figures ?? []).map(
    ({ dataset, split, accuracy }) => [`accuracy_${dataset}_${split}`, accuracy] as const,
  );
  return answerEntry({
    genotype,
    loss: score.loss,
    flops: score.flops,
    best_genotype: best.genotype,
    best_loss: best.loss,
    ended: stop.reason,
    evaluations: cost.evaluations,
    seconds: cost.seconds,
    ...Object.fromEntries(figures),
  });
}
