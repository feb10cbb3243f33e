import pc from 'picocolors';
import { isTransfer, reportedFigures } from '../../benchmarks/reported.js';
import { shellWord } from '../../installation/paths.js';
import { programCommand } from '../../installation/program.js';
import type {
  ArchitectureScore,
  BenchmarkReport,
  ScoreResult,
  SearchResult,
  VerificationReport,
} from '../../jobs/search/result.js';
import type { BenchmarkAnswer } from '../../protocol/messages.js';
import { NETWORK_COSTS, type NetworkCost } from '../../strategies/limits/costs.js';
import { describeCost as costInWords } from '../../strategies/limits/words.js';
import { counted, formatSeconds } from '../units.js';
import { fittingTable, type LabelledValue, listOf } from './layout.js';
import { plannedRow } from './plan.js';

/** The summary of a finished search. */
export function describeResult(result: SearchResult): string {
  const { score, cost, files, stop } = result;
  const rows: LabelledValue[] = [
    ['architecture', pc.bold(result.genotype)],
    ['searched', describeSearched(result)],
    ['found by', `${stop.note} (${stop.reason})`],
    ...lastRoundRow(result.lastRound),
    ...confidenceRow(result.confidence),
    ['score', describeScore(score)],
    ['lowest loss', `${result.best.loss.toPrecision(6)}  ${result.best.genotype}`],
    ['threshold', `${number(result.threshold)}, ${result.successes} good found${note(result.thresholdNote)}`],
    ...limitRows(result.limits),
    ...benchmarkRows(result.benchmark, result.dataset),
    ...verificationRows(result.verification),
    ['cost', describeCost(cost)],
    ...plannedRow(result),
    ...futilityRow(result.futility),
    ['files', files.folder],
    reportRow(files.folder),
    ...result.notes.map((text): LabelledValue => ['note', text]),
  ];
  return [listOf(rows), ...paretoTable(result.pareto)].join('\n');
}

/** The command that writes the page of a job. */
export function reportRow(folder: string): LabelledValue {
  return ['report', `${programCommand()} report ${shellWord(folder)}`];
}

function lastRoundRow(lastRound: SearchResult['lastRound']): LabelledValue[] {
  if (lastRound === undefined) return [];
  const { scores, specification } = lastRound;
  const seconds = scores.reduce((sum, score) => sum + score.seconds, 0);
  const losses = scores.map(({ loss }) => number(loss, 4)).join(', ');
  const setting = `${counted(scores.length, 'finalist')}, ${counted(specification.steps, 'step')} each`;
  return [['last round', `${setting}, ${formatSeconds(seconds)}: losses ${losses}`]];
}

function confidenceRow(confidence: SearchResult['confidence']): LabelledValue[] {
  if (confidence === undefined) return [];
  const { answer, expectedLoss, resamples } = confidence;
  const sure = `${(100 * answer).toFixed(0)} % sure of the answer, by ${resamples} resamples`;
  return [['confidence', `${sure}; expected loss ${expectedLoss.toFixed(1)} ranks`]];
}

function describeSearched(result: SearchResult): string {
  const { space, strategy, objective, seed } = result;
  const choices = `strategy ${strategy}, objective ${objective}`;
  if (result.evaluator !== undefined) return `${space}, ${choices}, evaluator ${result.evaluator}, seed ${seed}`;
  return `${space} on ${result.dataset}, ${choices}, profile ${result.profile}, backend ${result.backend}, seed ${seed}, ${result.device}`;
}

/** One block for each scored architecture. */
export function describeScores(result: ScoreResult): string {
  const blocks = result.scores.map(({ score, benchmark }) =>
    listOf([
      ['architecture', pc.bold(score.genotype)],
      ...duplicateRow(score),
      ['score', describeScore(score)],
      ...benchmarkRows(benchmark, result.dataset),
    ]),
  );
  return [...blocks, ...lowestLoss(result), ...result.notes].join('\n');
}

/** The winner among several, such as the finalists of a search. */
function lowestLoss({ scores }: ScoreResult): string[] {
  const [best, second] = scores
    .map(({ score }) => score)
    .filter((score) => score.loss !== null)
    .sort((a, b) => Number(a.loss) - Number(b.loss));
  if (best === undefined || second === undefined) return [];
  return [listOf([['lowest loss', `${number(best.loss)}  ${pc.bold(best.genotype)}`]])];
}

function duplicateRow(score: ArchitectureScore): LabelledValue[] {
  return score.canonical === score.genotype ? [] : [['trained as', score.canonical]];
}

function describeScore(score: ArchitectureScore): string {
  if (score.failure !== null) return `none: ${score.failure}`;
  const parts = Object.entries(score.parts).map(([name, value]) => `${name} ${number(value)}`);
  return [...describeTraining(score, parts.length > 0), ...parts].join(', ');
}

/** @param measured whether proxies measured the architecture, so that a missing loss is expected */
function describeTraining(score: ArchitectureScore, measured: boolean): string[] {
  if (score.loss === null && measured) return [];
  if (score.loss === null) return [`none: the loss became infinite after ${counted(score.steps, 'step')}`];
  const cka = score.cka.map((value) => number(value, 3)).join(', ');
  const cost = score.flops === null ? '' : `, ${number(score.flops, 4)} million FLOPs`;
  return [`loss ${number(score.loss)}, CKA per stage ${cka}, cross entropy ${number(score.crossEntropy)}${cost}`];
}

function describeCost(cost: SearchResult['cost']): string {
  const parts = [
    formatSeconds(cost.seconds),
    `${counted(cost.evaluations, 'evaluation')} (${counted(cost.architectures, 'architecture')}, ${describeReused(cost.reused)})`,
    counted(cost.steps, 'step'),
  ];
  const { measuring, screening, simulatedSeconds } = cost;
  if (measuring.seconds > 0) parts.push(`${formatSeconds(measuring.seconds)} for proxies`);
  if (screening) {
    const { measured, skipped, seconds } = screening;
    parts.push(`${counted(measured, 'candidate')} screened in ${formatSeconds(seconds)}, ${skipped} skipped`);
  }
  if (simulatedSeconds !== null) parts.push(`${formatSeconds(simulatedSeconds)} of simulated training`);
  if (cost.cached > 0) parts.push(`${counted(cost.cached, 'score')} of earlier runs`);
  if (cost.failures > 0) parts.push(`${cost.failures} failed`);
  if (cost.preempted !== undefined) parts.push(`${cost.preempted} given out again by the cluster`);
  if (cost.sessions > 1) parts.push(counted(cost.sessions, 'session'));
  return parts.join(', ');
}

function describeReused(reused: number): string {
  return reused === 1 ? '1 of them a duplicate' : `${reused} of them duplicates`;
}

function limitRows(limits: SearchResult['limits']): LabelledValue[] {
  if (!limits) return [];
  const { found, most } = limits;
  const told = NETWORK_COSTS.flatMap((cost) => {
    const [value, limit] = [found[cost], most[cost]];
    if (value === null) return [];
    return [`${costInWords(cost, value)}${limit === null ? '' : ` (at most ${costInWords(cost, limit)})`}`];
  });
  return [['costs', told.join(', ')]];
}

/** The columns of the costs of a front. */
const COLUMNS: Readonly<Record<NetworkCost, string>> = { params: 'parameters', flops: '10⁶ FLOPs', latency: 'ms' };

function paretoTable(pareto: SearchResult['pareto']): string[] {
  if (!pareto) return [];
  const { front, cost } = pareto;
  const columns = NETWORK_COSTS.filter((one) => front.some(({ costs }) => costs[one] !== null));
  const table = fittingTable(
    ['rank', 'loss', ...columns.map((one) => COLUMNS[one]), 'architecture'],
    ['right', 'right', ...columns.map((): 'right' => 'right'), 'left'],
    { lines: false },
  );
  for (const { rank, genotype, loss, costs } of front) {
    const cells = columns.map((one) => costs[one]?.toLocaleString('en', { maximumSignificantDigits: 6 }) ?? '');
    table.push([String(rank), loss.toPrecision(6), ...cells, genotype]);
  }
  return [pc.cyan(`front of loss against ${cost}`), table.toString()];
}

function futilityRow(futility: SearchResult['futility']): LabelledValue[] {
  if (!futility) return [];
  const { stopped, stepsSaved, audited, auditedStops, falseStops } = futility;
  if (stopped === 0 && auditedStops === 0) return [];
  const saved = `${counted(stopped, 'evaluation')}, ${counted(stepsSaved, 'step')} saved`;
  const wrong =
    auditedStops === 0
      ? 'none would have stopped'
      : `${auditedStops} would have stopped, ${falseStops} of them wrongly`;
  return [['stopped early', `${saved}${audited === 0 ? '' : `; ${audited} audited: ${wrong}`}`]];
}

/** @param searched the data set of the scores; figures of other data sets only are marked as a transfer */
export function benchmarkRows({ answer, note: text }: BenchmarkReport, searched: string | null): LabelledValue[] {
  if (!answer) return [['benchmark', text]];
  const reported = reportedFigures(answer.figures);
  const rows = reported.map((figure): LabelledValue => {
    const epochs = figure.epochs === null ? '' : `, ${figure.epochs} epochs`;
    const where = `${figure.dataset} ${figure.split}${epochs}, ${figure.aggregation}`;
    const rank = `rank ${figure.rank} of ${figure.of}, regret ${figure.regret.toFixed(2)}`;
    return [answer.benchmark, `${figure.accuracy.toFixed(2)} %  ${rank}  (${where})`];
  });
  return [...rows, ...transferRow(answer, searched)];
}

/** Marks figures that are all about other data sets than the one searched on. */
export function transferRow({ figures }: BenchmarkAnswer, searched: string | null): LabelledValue[] {
  if (!reportedFigures(figures).every((figure) => isTransfer(figure, searched))) return [];
  return [['transfer', `These accuracies are those of the same cell on other data sets than ${searched}.`]];
}

function verificationRows(report: VerificationReport | null): LabelledValue[] {
  if (!report) return [];
  const { found, random } = report;
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(2)} %`;
  const setting = `${counted(found.epochs, 'epoch')} on ${counted(found.trainImages, 'image')}, held-out accuracy on ${found.heldOutImages}`;
  return [
    ['full training', setting],
    ['  found', percent(found.accuracy)],
    ...random.map(
      ({ genotype, verification }): LabelledValue => ['  random', `${percent(verification.accuracy)}  ${genotype}`],
    ),
  ];
}

function number(value: number | null, digits = 6): string {
  return value === null ? 'none' : value.toPrecision(digits);
}

function note(text: string | null): string {
  return text === null ? '' : ` (${text})`;
}
