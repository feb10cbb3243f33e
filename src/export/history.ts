/** The evaluations of a search as a table or as lines of JSON. */
import type { z } from 'zod';
import { csvOf } from '../charts/csv.js';
import { UsageError } from '../errors.js';
import { anyText, checkOptions, type OptionShape } from '../options.js';
import { type RecordedEvaluation, readRun } from './run.js';

export const HISTORY_FORMATS = ['csv', 'jsonl'] as const;
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

export interface ExportHistoryOptions {
  /** `csv`: a header and a line for each evaluation. `jsonl`: one JSON object a line, with the whole outcome. */
  readonly format: HistoryFormat;
}

/** The format is checked below. */
const EXPORT_OPTIONS: OptionShape<ExportHistoryOptions> = { format: anyText as z.ZodType<HistoryFormat> };

const COLUMNS = ['index', 'turn', 'phase', 'genotype', 'seed', 'loss', 'cross_entropy', 'steps', 'stopped', 'seconds'];

/**
 * The evaluations of a search, in the order in which they ended. Duplicates were not evaluated again and have no line
 * of their own. The search may be at work.
 * @returns the text, which ends with a line break
 *
 * @example
 * writeFileSync('history.csv', exportHistory('exp/quickstart/nas-bench-201-digits-seed1', { format: 'csv' }));
 * @throws UsageError for another format; MissingError and UsageError as {@link readRun}
 */
export function exportHistory(folder: string, options: ExportHistoryOptions): string {
  const { format } = checkOptions('exportHistory()', EXPORT_OPTIONS, options);
  if (!HISTORY_FORMATS.includes(format)) {
    throw new UsageError(`Expected the format ${HISTORY_FORMATS.join(' or ')}, got '${format}'.`, {
      code: 'unknown-format',
      nextSteps: ["Write exportHistory(folder, { format: 'csv' })."],
    });
  }
  const { evaluations } = readRun(folder);
  return format === 'csv'
    ? csvOfEvaluations(evaluations)
    : evaluations.map((one) => `${JSON.stringify(one)}\n`).join('');
}

function csvOfEvaluations(evaluations: readonly RecordedEvaluation[]): string {
  const proxies = [...new Set(evaluations.flatMap((one) => Object.keys(proxyValuesOf(one))))].sort();
  const stages = Math.max(0, ...evaluations.map((one) => ckaOf(one).length));
  const head = [
    ...COLUMNS,
    ...Array.from({ length: stages }, (_, stage) => `cka_${stage + 1}`),
    ...proxies.map((name) => `proxy ${name}`),
    'failure',
  ];
  const lines = evaluations.map((one, index) => [
    index,
    ...lineOf(one),
    ...Array.from({ length: stages }, (_, stage) => ckaOf(one)[stage] ?? ''),
    ...proxies.map((name) => proxyValuesOf(one)[name] ?? ''),
    'failure' in one.outcome ? one.outcome.failure : '',
  ]);
  return csvOf([head, ...lines]);
}

function lineOf({ turn, phase, genotype, seed, outcome }: RecordedEvaluation): (string | number)[] {
  const proposed = [turn, phase, genotype, seed];
  if ('failure' in outcome) return [...proposed, '', '', '', '', ''];
  const { loss, crossEntropy, steps, stopped, seconds } = outcome.evaluation;
  return [...proposed, loss ?? '', crossEntropy ?? '', steps, stopped ?? '', seconds];
}

function proxyValuesOf({ outcome }: RecordedEvaluation): Readonly<Record<string, number | null>> {
  return 'failure' in outcome ? {} : (outcome.parts ?? {});
}

function ckaOf({ outcome }: RecordedEvaluation): readonly (number | null)[] {
  return 'failure' in outcome ? [] : outcome.evaluation.cka;
}
