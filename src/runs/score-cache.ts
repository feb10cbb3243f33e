import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Evaluation, evaluationSchema } from '../protocol/messages.js';
import type { EvaluationRequest, Evaluator } from '../search/evaluator.js';
import { makeRoom, readLinesFrom, touch } from './cache-files.js';

const EXTENSION = '.jsonl';
/** The folder is measured again after so large a part of its limit has been added. */
const MEASURED_EVERY = 1 / 16;

const scoreSchema = z.strictObject({ genotype: z.string(), seed: z.int(), evaluation: evaluationSchema });
type CachedScore = z.infer<typeof scoreSchema>;
type Key = Pick<EvaluationRequest, 'genotype' | 'seed'>;

/** A line says what it should contain: one that was torn, or changed since, is passed over. */
const LINE = /^\{"sum":"([0-9a-f]{16})","score":(.*)\}$/;

export interface ScoreCacheOptions {
  /** Where all caches are, a file for each context. */
  readonly folder: string;
  /** SHA-256 of everything besides genotype and seed that a score depends on. */
  readonly context: string;
  /** Bytes that all caches together may take; what was not used for longest goes first. */
  readonly limit: number;
  /** Told once, when the cache cannot be used: nothing depends on it. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Scores of earlier runs, and of those that are at work now: any number of processes may read and extend one cache at
 * once, since a score is one line, appended by one write. Whatever goes wrong with the files, no run ends by it.
 */
export class ScoreCache {
  readonly #options: ScoreCacheOptions;
  readonly #file: string;
  readonly #known = new Map<string, Evaluation>();
  #read = 0;
  #added = 0;
  #usable = true;

  constructor(options: ScoreCacheOptions) {
    this.#options = options;
    this.#file = join(options.folder, `${options.context}${EXTENSION}`);
    this.#attempt(() => {
      mkdirSync(options.folder, { recursive: true });
      touch(this.#file);
      makeRoom(options.folder, EXTENSION, options.limit);
    });
  }

  find(key: Key): Evaluation | undefined {
    if (!this.#known.has(nameOf(key))) this.#attempt(() => this.#readOn());
    return this.#known.get(nameOf(key));
  }

  keep({ genotype, seed }: Key, evaluation: Evaluation): void {
    const score = { genotype, seed, evaluation };
    this.#known.set(nameOf(score), evaluation);
    this.#attempt(() => this.#append(lineOf(score)));
  }

  #readOn(): void {
    const { lines, end } = readLinesFrom(this.#file, this.#read);
    this.#read = end;
    for (const score of lines.flatMap(scoresIn)) this.#known.set(nameOf(score), score.evaluation);
  }

  #append(line: string): void {
    const { folder, limit } = this.#options;
    appendFileSync(this.#file, line);
    this.#added += line.length;
    if (this.#added < limit * MEASURED_EVERY) return;
    this.#added = 0;
    makeRoom(folder, EXTENSION, limit);
  }

  #attempt(work: () => void): void {
    if (!this.#usable) return;
    try {
      work();
    } catch (error) {
      this.#usable = false;
      this.#options.onProblem((error as Error).message);
    }
  }
}

/**
 * An evaluator that computes only what the cache does not have, and keeps what it computed to the end. A cached score
 * is exact, so it is taken where the training might have been stopped, too.
 */
export function withScoreCache(evaluator: Evaluator, cache: ScoreCache): Evaluator {
  return {
    get capacity() {
      return evaluator.capacity;
    },
    async evaluate(request) {
      const evaluation = cache.find(request);
      if (evaluation) return { evaluation, cached: true };
      const outcome = await evaluator.evaluate(request);
      if ('evaluation' in outcome && (outcome.evaluation.stopped ?? null) === null) {
        cache.keep(request, outcome.evaluation);
      }
      return outcome;
    },
  };
}

function nameOf({ genotype, seed }: Key): string {
  return `${seed} ${genotype}`;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Begins with the end of a line, so that one that another process left torn does not spoil it. */
function lineOf(score: CachedScore): string {
  const text = JSON.stringify(score);
  return `\n{"sum":"${sumOf(text)}","score":${text}}\n`;
}

function scoresIn(line: string): CachedScore[] {
  const [, sum, text = ''] = LINE.exec(line) ?? [];
  if (sum === undefined || sum !== sumOf(text)) return [];
  const score = scoreSchema.safeParse(JSON.parse(text));
  return score.success ? [score.data] : [];
}
