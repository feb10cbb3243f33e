/** Reads what a search left in its folder: for scripts, notebooks and other tools. */
import { existsSync } from 'node:fs';
import type { Config } from '../config/index.js';
import { UsageError } from '../errors.js';
import { pathOption, shellWord } from '../installation/paths.js';
import { recordedEvents, type SearchHeader, type SearchLine } from '../jobs/search/journal.js';
import { readSearch } from '../jobs/search/plan.js';
import { resultSchema, type SearchResult } from '../jobs/search/result.js';
import { checkArgument } from '../options.js';
import { PluginLoader } from '../plugins/loader.js';
import type { EvaluationOutcome } from '../search/evaluator.js';
import type { Phase } from '../strategies/strategy.js';
import { readTextBounded } from '../system/files.js';
import { parseJson } from '../system/json.js';

/** A result lists the voters, at most 100,000. */
const MOST_RESULT_BYTES = 2 ** 26;

/** One evaluation of a search, in the order in which they ended. */
export interface RecordedEvaluation {
  /** Canonical genotype: what was evaluated. */
  readonly genotype: string;
  /** When the strategy proposed it. */
  readonly phase: Phase;
  readonly turn: number;
  readonly seed: number;
  readonly outcome: EvaluationOutcome;
}

/** A search as its folder records it. */
export interface RecordedRun {
  /** Absolute path. */
  readonly folder: string;
  /** `finished` when the search has its answer; `interrupted` when it can be resumed, or is still at work. */
  readonly state: 'finished' | 'interrupted';
  readonly header: SearchHeader;
  readonly evaluations: readonly RecordedEvaluation[];
  /** The genotype that the search found; null while it is interrupted. */
  readonly answer: string | null;
  /** The evaluation of an answer that the search itself did not evaluate; null where there is none. */
  readonly answerOutcome: Pick<RecordedEvaluation, 'genotype' | 'outcome'> | null;
  /** The content of result.json; null when the run ended before it was written. */
  readonly result: SearchResult | null;
  /** The configuration, resolved. It is read when this is called; the plugins that it names run then. */
  configuration(): Promise<Config>;
}

/**
 * Reads a search from its folder. Nothing is locked or changed, so a search that is at work can be read too.
 *
 * @example
 * const { state, evaluations } = readRun('exp/quickstart/nas-bench-201-digits-seed1');
 * console.log(state, evaluations.length);
 * @throws MissingError when the folder has no journal; UsageError when the journal or result.json is damaged
 */
export function readRun(folder: string): RecordedRun {
  const path = checkArgument('readRun()', 'folder', pathOption, folder);
  const { folder: files, header, lines } = readSearch(path);
  const evaluations: RecordedEvaluation[] = [];
  // The evaluations of a turn follow its proposal.
  let current: Pick<RecordedEvaluation, 'phase' | 'turn'> = { phase: 'warm-up', turn: 0 };
  let answer: string | null = null;
  for (const event of recordedEvents(lines)) {
    if (event.type === 'proposed') current = { phase: event.phase, turn: event.turn };
    else if (event.type === 'finished') answer = event.genotype;
    else {
      const { genotype, seed, outcome } = event;
      evaluations.push({ genotype, ...current, seed, outcome });
    }
  }
  return {
    folder: files.path,
    state: answer === null ? 'interrupted' : 'finished',
    header,
    evaluations,
    answer,
    answerOutcome: outcomeAfterEnd(lines),
    result: readResult(files.result),
    configuration: () => new PluginLoader().loadConfig({ file: files.config }),
  };
}

/** The error of a search that has not ended. @param otherwise what else can be done */
export function withoutAnswer(folder: string, ...otherwise: readonly string[]): UsageError {
  return new UsageError(`The search in ${folder} has no answer yet.`, {
    code: 'no-answer',
    nextSteps: [`Resume it with: rminas search --resume ${shellWord(folder)}`, ...otherwise],
  });
}

/** A search trains its answer after its end, unless it evaluated it before. */
function outcomeAfterEnd(lines: readonly SearchLine[]): RecordedRun['answerOutcome'] {
  const end = lines.findIndex(({ entry }) => entry.type === 'finished');
  for (const { entry } of end < 0 ? [] : lines.slice(end)) {
    if (entry.type === 'evaluated') return { genotype: entry.genotype, outcome: entry.outcome };
  }
  return null;
}

/** The result's text is complete or absent: the run writes it last. */
function readResult(file: string): SearchResult | null {
  if (!existsSync(file)) return null;
  try {
    return resultSchema.parse(parseJson(readTextBounded(file, MOST_RESULT_BYTES)));
  } catch (cause) {
    throw new UsageError(`${file} is not the result of a search.`, {
      code: 'corrupt-result',
      nextSteps: ['Remove it and resume the run: it is written anew from the journal.'],
      cause,
    });
  }
}
