/** Where the seconds of a search went, and what was saved. */
import type { PlaneChart } from '../../../charts/chart.js';
import type { SearchResult } from '../../../jobs/search/result.js';
import type { EvaluationOutcome } from '../../../search/evaluator.js';
import { secondsOf } from '../../../store/job-store.js';
import { counted, formatSeconds, grouped } from '../../../system/units.js';
import { percentOf } from '../numbers.js';
import type { Block, Fact, ReportArchitecture } from '../schema.js';
import type { SearchRecords } from './records.js';

/** Seconds by kind, summed over workers. */
export interface Spent {
  readonly warmUp: number;
  readonly guided: number;
  readonly screening: number;
  readonly verification: number;
  readonly lastRound: number;
  /** From start to end, over all sessions. */
  readonly wall: number;
}

export function costBlocks(
  architectures: readonly ReportArchitecture[],
  { lines, result, planned }: SearchRecords,
): Block[] {
  const spent = spentOf(architectures, lines);
  const steps = planned?.plan.specification.steps ?? 0;
  return [
    { type: 'chart', id: 'seconds', chart: secondsChart(spent), text: secondsText(spent) },
    { type: 'facts', facts: [...savingFacts(architectures, steps), ...auditFacts(result?.futility ?? null)] },
  ];
}

export function spentOf(architectures: readonly ReportArchitecture[], lines: SearchRecords['lines']): Spent {
  const of = (phase: ReportArchitecture['phase']) =>
    architectures.reduce((sum, one) => {
      const counts = one.phase === phase && one.duplicateOf === null && !one.cached;
      return counts ? sum + one.seconds : sum;
    }, 0);
  let [screening, lastRound, verification] = [0, 0, 0];
  for (const { entry } of lines) {
    if (entry.type === 'screened') screening += entry.seconds;
    if (entry.type === 'finalist') lastRound += secondsOfOutcome(entry.outcome);
    if (entry.type === 'verified') verification += entry.verification.seconds;
  }
  return { warmUp: of('warm-up'), guided: of('guided'), screening, lastRound, verification, wall: secondsOf(lines) };
}

/** A cached score took no time in this run. */
function secondsOfOutcome(outcome: EvaluationOutcome): number {
  return 'failure' in outcome || outcome.cached ? 0 : outcome.evaluation.seconds;
}

const KINDS = [
  ['warmUp', 'trainings of the warm-up'],
  ['guided', 'guided trainings'],
  ['screening', 'proxies of candidates'],
  ['lastRound', 'trainings of the last round'],
  ['verification', 'full trainings to verify'],
] as const;

function secondsChart(spent: Spent): PlaneChart {
  const shown = KINDS.filter(([kind]) => spent[kind] > 0);
  return {
    kind: 'plane',
    title: 'Where the seconds went',
    x: { label: 'kind of work', categories: shown.map(([, name]) => name) },
    y: { label: 'seconds, summed over workers' },
    series: [
      { name: 'seconds', as: 'bars', points: shown.map(([kind], x) => ({ x, y: Number(spent[kind].toPrecision(4)) })) },
    ],
  };
}

function secondsText(spent: Spent): string {
  const parts = KINDS.filter(([kind]) => spent[kind] > 0).map(
    ([kind, name]) => `${formatSeconds(spent[kind])} for ${name}`,
  );
  const wall = `From start to end it took ${formatSeconds(spent.wall)}, over all sessions.`;
  return parts.length === 0 ? wall : `${wall} The workers spent ${parts.join(', ')}.`;
}

/** @param steps losses of a whole training */
function savingFacts(architectures: readonly ReportArchitecture[], steps: number): Fact[] {
  const own = architectures.filter(({ duplicateOf }) => duplicateOf === null);
  const stopped = own.filter(({ outcome }) => outcome === 'stopped');
  const saved = stopped.reduce((sum, one) => sum + Math.max(0, steps - one.steps), 0);
  const duplicates = architectures.length - own.length;
  const cached = own.filter((one) => one.cached).length;
  const facts: Fact[] = [
    {
      label: 'duplicates',
      value: counted(duplicates, 'training'),
      note: 'saved by architectures that compute the same function',
    },
    { label: 'cache', value: counted(cached, 'training'), note: 'saved by scores of earlier runs' },
    { label: 'stopped early', value: `${counted(stopped.length, 'training')}, ${counted(saved, 'step')} saved` },
  ];
  return facts.filter((_, index) => [duplicates, cached, stopped.length][index] !== 0);
}

function auditFacts(futility: SearchResult['futility']): Fact[] {
  if (futility === null || futility.audited === 0) return [];
  const { audited, auditedStops, falseStops, falseStopRate } = futility;
  const rate = falseStopRate === null ? '' : ` (${percentOf(falseStopRate)})`;
  return [
    {
      label: 'audit of stopping',
      value: `${grouped(falseStops)} of ${grouped(auditedStops)} stops would have been wrong${rate}`,
      note: `${counted(audited, 'training')} ran to the end on purpose, to check what stopping them would have lost`,
    },
  ];
}
