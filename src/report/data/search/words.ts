/** A search in words, and its figures in short. */
import type { SearchResult } from '../../../jobs/search/result.js';
import { counted, formatSeconds, grouped } from '../../../system/units.js';
import { benchmarkFacts } from '../benchmark-facts.js';
import { percentOf, significant } from '../numbers.js';
import type { Fact, ReportArchitecture } from '../schema.js';
import { spentOf } from './costs.js';
import type { SearchHistory } from './history.js';
import type { SearchRecords } from './records.js';

const REASONS: Readonly<Record<string, string>> = {
  'successes-reached': 'it had found enough good architectures',
  'evaluation-cap': 'it had evaluated as many architectures as the settings allow',
  'space-exhausted': 'every architecture of the space had been evaluated',
};

/** How the answer was found, in a few sentences. */
export function paragraphsOf(
  records: SearchRecords,
  history: SearchHistory,
  architectures: readonly ReportArchitecture[],
): string[] {
  const { result, planned, problem } = records;
  const space = result?.space ?? planned?.plan.specification.space ?? 'its space';
  const dataset = result?.dataset ?? planned?.plan.specification.dataset;
  const on = dataset ? ` on ${dataset}` : '';
  const trained = architectures.filter(({ duplicateOf, cached }) => duplicateOf === null && !cached).length;
  const { wall } = spentOf(architectures, records.lines);
  const cached = architectures.filter((one) => one.duplicateOf === null && one.cached).length;
  const earlier = cached > 0 ? `, and took the scores of ${grouped(cached)} from earlier runs` : '';
  const searched =
    `The search looked at ${counted(architectures.length, 'architecture')} of ${space}${on}. ` +
    `It evaluated ${grouped(trained)} of them${earlier}, in ${formatSeconds(wall)}.`;
  return [
    [searched, ...endOf(records, history), ...answerOf(history, result)].join(' '),
    ...(result?.notes ?? []),
    ...(problem === null ? [] : [`Some parts are missing, since the configuration cannot be read: ${problem}`]),
  ];
}

function endOf({ result, state }: SearchRecords, { status }: SearchHistory): string[] {
  if (result !== null)
    return [`It ended when ${REASONS[result.stop.reason] ?? `it stopped by ${result.stop.reason}`}.`];
  const wanted = status?.successesWanted ?? null;
  const good = wanted === null ? '' : ` It has found ${status?.successes ?? 0} of ${wanted} good architectures.`;
  return [`${state === 'running' ? 'It is still running.' : 'It has not ended and can be resumed.'}${good}`];
}

function answerOf({ answer }: SearchHistory, result: SearchResult | null): string[] {
  if (answer === null) return [];
  const best = result?.best;
  const differs = best !== undefined && best.genotype !== answer.genotype;
  return [
    `${answer.final ? 'The answer' : 'The answer at this moment'} is ${lowered(answer.note)}`,
    ...(differs ? [`The lowest single loss, ${significant(best.loss)}, belongs to another architecture.`] : []),
  ];
}

/** A sentence as the continuation of another one. */
function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

export function factsOf(
  { result, lines }: SearchRecords,
  history: SearchHistory,
  architectures: readonly ReportArchitecture[],
): Fact[] {
  const { wall } = spentOf(architectures, lines);
  const losses = architectures.flatMap(({ loss, outcome }) => (loss === null || outcome === 'stopped' ? [] : [loss]));
  const lowest = losses.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return [
    ...placeFacts(result),
    ...networkFacts(result, lines),
    ...lastRoundFacts(result),
    ...confidenceFacts(history.answer?.confidence),
    ...(result ? [{ label: 'loss of the answer', value: significant(result.score.loss) }] : []),
    { label: 'lowest loss', value: Number.isFinite(lowest) ? significant(lowest) : 'none yet' },
    { label: 'architectures', value: grouped(architectures.length) },
    { label: 'good ones found', value: grouped(history.status?.successes ?? 0) },
    { label: 'time', value: formatSeconds(wall) },
    ...verificationFacts(result),
  ];
}

/** The accuracies of a benchmark; those of other data sets are a transfer. */
function placeFacts(result: SearchResult | null): Fact[] {
  const answer = result?.benchmark.answer;
  if (!result || !answer) return [];
  return benchmarkFacts(answer, result.dataset);
}

function networkFacts(result: SearchResult | null, lines: SearchRecords['lines']): Fact[] {
  if (result === null) return [];
  const params = result.limits?.found.params ?? paramsOf(result.score.canonical, lines);
  const { flops } = result.score;
  return [
    ...(params === null ? [] : [{ label: 'parameters', value: grouped(params) }]),
    ...(flops === null
      ? []
      : [{ label: 'FLOPs', value: `${significant(flops)} million`, note: 'multiply-adds for one image' }]),
  ];
}

/** Parameters as the evaluation of an architecture counted them; null in journals of older versions. */
function paramsOf(canonical: string, lines: SearchRecords['lines']): number | null {
  for (const { entry } of lines) {
    if (entry.type !== 'evaluated' || entry.genotype !== canonical || 'failure' in entry.outcome) continue;
    return entry.outcome.evaluation.params ?? null;
  }
  return null;
}

function lastRoundFacts(result: SearchResult | null): Fact[] {
  const lastRound = result?.lastRound;
  if (lastRound === undefined) return [];
  const { scores, specification } = lastRound;
  const losses = scores.map(({ loss }) => (loss === null ? 'none' : significant(loss))).join(', ');
  const note = `scored again by ${counted(specification.steps, 'step')} each; losses ${losses}`;
  return [{ label: 'last round', value: counted(scores.length, 'finalist'), note }];
}

/** How sure the answer of a model is. A vote has its own section. */
function confidenceFacts(confidence: SearchResult['confidence']): Fact[] {
  if (confidence === undefined) return [];
  const { answer, expectedLoss, resamples } = confidence;
  const value = `the same in ${percentOf(answer)}`;
  const note = `of ${counted(resamples, 'resample')}; expected to be ${grouped(expectedLoss)} ranks behind the best`;
  return [{ label: 'confidence', value, note }];
}

function verificationFacts(result: SearchResult | null): Fact[] {
  const report = result?.verification;
  if (!report) return [];
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(2)} %`;
  const others = report.random.map(({ verification }) => percent(verification.accuracy)).join(', ');
  return [
    {
      label: 'fully trained',
      value: percent(report.found.accuracy),
      note: `held-out accuracy after ${counted(report.found.epochs, 'epoch')}${others === '' ? '' : `; random architectures: ${others}`}`,
    },
  ];
}
