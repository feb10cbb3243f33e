import pc from 'picocolors';
import type { PlanResult } from '../../jobs/plan/result.js';
import type { SearchResult } from '../../jobs/search/result.js';
import { counted, formatBytes, formatSeconds } from '../units.js';
import { type LabelledValue, listOf } from './layout.js';

type Range = PlanResult['architectures'];

/** What a search would take, in plain words. */
export function describePlan(result: PlanResult): string {
  const rows: LabelledValue[] = [
    ['space', describeSpace(result)],
    ['data', describeData(result)],
    ['score', describeScore(result)],
    ['strategy', describeStrategy(result)],
    ['ends', describeEnd(result)],
    ['evaluations', describeEvaluations(result)],
    ...lastRoundRow(result),
    ['time', describeTime(result)],
    ...memoryRow(result),
    ...diskRow(result),
    ...result.notes.map((text): LabelledValue => ['note', text]),
    ...result.missing.flatMap(({ what, message, nextSteps }): LabelledValue[] => [
      [pc.red('missing'), `the ${what}: ${message}`],
      ...nextSteps.map((step): LabelledValue => ['', `→ ${step}`]),
    ]),
  ];
  return listOf(rows);
}

function describeSpace({ space }: PlanResult): string {
  return `${pc.bold(space.name)}: ${count(space.size)} architectures with ${space.slots} choices each`;
}

function describeData({ dataset, images, batch, teacher, objective }: PlanResult): string {
  if (objective === 'benchmark') return `none: the benchmark of the space has the accuracies on ${dataset.name}`;
  const { name, classes, resolution } = dataset;
  const pool = batch.pool > batch.size ? `, those of ${count(batch.pool)} that the teacher knows best` : '';
  const found = images === null ? '' : `${count(images)} images, `;
  return `${name}: ${found}${classes} classes, ${resolution} × ${resolution} pixels. One batch of ${batch.size} images${pool}. Teacher ${teacher}`;
}

function describeScore({ objective, steps, beta, profile }: PlanResult): string {
  if (objective === 'benchmark') return 'the validation accuracy in the benchmark: nothing is trained';
  if (objective !== 'rmi') return `the objective ${objective}${steps === 0 ? ': nothing is trained' : ''}`;
  return `the loss after ${steps - 1} steps: ${beta} × representation mutual information with the teacher, ${Number((1 - beta).toFixed(6))} × cross entropy (profile ${profile})`;
}

function describeStrategy({ strategy, stopping, workers, device }: PlanResult): string {
  const where = `${counted(workers, 'worker')}${device === null ? '' : ` on ${device}`}`;
  const futile = stopping.futility ? ', futile trainings are stopped' : '';
  return `${strategy}: ${count(stopping.warmup)} random architectures first, then guided ones; ${where}${futile}`;
}

function describeEnd({ stopping: { successes, cap, thresholdRate } }: PlanResult): string {
  if (successes === null) return `after ${count(cap)} architectures`;
  return `when ${count(successes)} guided architectures beat the best ${percent(thresholdRate)} of the random ones, or after ${count(cap)} architectures`;
}

function describeEvaluations({ evaluations, architectures, simulations }: PlanResult): string {
  const { most, cached } = evaluations;
  const known = cached === 0 ? '' : `, ${cached} more are known from other runs`;
  return (
    `at most ${count(most)}, likely ${pc.bold(count(evaluations.likely))} (${between(evaluations, count)})${known}, for ` +
    `${between(architectures, count)} architectures: duplicates are not evaluated again (${simulations} simulated searches)`
  );
}

function lastRoundRow({ lastRound }: PlanResult): LabelledValue[] {
  if (lastRound === null) return [];
  const { architectures, steps, seconds } = lastRound;
  const time = seconds === null ? '' : `: ${between(seconds, formatSeconds)} of the time`;
  return [
    ['last round', `the ${counted(architectures, 'best architecture')} with ${counted(steps, 'step')} each${time}`],
  ];
}

function describeTime({ seconds, measured, missing }: PlanResult): string {
  if (seconds === null || measured === null) {
    return missing.length > 0 ? 'unknown until everything is there' : 'unknown: nothing could be measured';
  }
  const cpu = seconds.cpu === null ? '' : `; ${between(seconds.cpu, formatSeconds)} of processor time`;
  const trainings = measured.trainings.map((training) => training.seconds);
  const each =
    trainings.length === 0
      ? ''
      : `. Measured: ${trainings.length} architectures of ${formatSeconds(Math.min(...trainings))} to ${formatSeconds(Math.max(...trainings))}`;
  return `likely ${pc.bold(formatSeconds(seconds.likely))} (${between(seconds, formatSeconds)}), of which ${formatSeconds(seconds.start)} to start${cpu}${each}`;
}

function memoryRow({ memory }: PlanResult): LabelledValue[] {
  if (memory === null) return [];
  const { worker, all, free } = memory;
  const warning = all > free ? pc.red(', which is not enough') : '';
  return [
    [
      'memory',
      `up to ${formatBytes(all)}, the largest worker ${formatBytes(worker)}; ${formatBytes(free)} are free${warning}`,
    ],
  ];
}

function diskRow({ disk }: PlanResult): LabelledValue[] {
  if (disk === null) return [];
  const free = disk.free === null ? '' : `; ${formatBytes(disk.free)} are free`;
  const warning = disk.free !== null && disk.run + disk.cache > disk.free ? pc.red(', which is not enough') : '';
  return [['disk', `${formatBytes(disk.run)} for the run, ${formatBytes(disk.cache)} for the cache${free}${warning}`]];
}

/** How good the guess of a plan was: a row of the summary of a search. */
export function plannedRow({ planned, cost }: Pick<SearchResult, 'planned' | 'cost'>): LabelledValue[] {
  if (!planned) return [];
  const { seconds, evaluations } = planned;
  const told = [
    ...(seconds === null
      ? []
      : [`${between(seconds, formatSeconds)}: ${verdict(seconds, cost.seconds, formatSeconds)}`]),
    `${between(evaluations, count)} evaluations: ${verdict(evaluations, cost.evaluations, count)}`,
  ];
  return [['planned', told.join(', ')]];
}

function verdict({ low, high }: Range, actual: number, write: (value: number) => string): string {
  if (actual > high) return `it took more, ${write(actual)}`;
  return actual < low ? `it took less, ${write(actual)}` : `it took ${write(actual)}`;
}

function between({ low, high }: Range, write: (value: number) => string): string {
  const [from, to] = [write(low), write(high)];
  return from === to ? from : `${from} to ${to}`;
}

function count(value: number): string {
  return value < 1e15
    ? Math.round(value).toLocaleString('en')
    : value.toExponential(1).replace(/e\+(\d+)$/, ' × 10^$1');
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
