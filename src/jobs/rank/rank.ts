import { InterruptedError } from '../../errors.js';
import { startWorkingSidecar, type WorkingSidecar } from '../../evaluators/working-sidecar.js';
import { getSpace } from '../../spaces/index.js';
import type { CommonOptions } from '../search/search-run.js';
import { type Accuracies, checkBenchmark, findAccuracies } from './accuracies.js';
import { conclude } from './conclude.js';
import { openDesk, type RankingDesk, writeSession } from './desk.js';
import type { RankingEvent } from './events.js';
import { type Bench, measureMissing } from './measure.js';
import { measurePaper, type PaperEvaluation } from './paper.js';
import { type NewRanking, planRanking, type RankingPlan } from './plan.js';
import type { RankingResult } from './result.js';
import { type Candidate, drawSample } from './sample.js';

export interface RankOptions extends NewRanking, Pick<CommonOptions, 'python' | 'signal'> {
  readonly onEvent?: ((event: RankingEvent) => void) | undefined;
}

/**
 * Measures random architectures of a space by proxies, and tells how well each ranks them, by their accuracies in the
 * space's benchmark. What is measured is kept in the folder of the ranking: a repetition, a larger sample or another
 * proxy measures only what is missing.
 *
 * @example
 * const { ranked } = await rank({ cfg: 'configs/nas-bench-201-cifar10.yaml', proxies: ['rmi@50', 'synflow', 'aggregate'] });
 * @throws UsageError, MissingError, SidecarError or InterruptedError
 */
export async function rank(options: RankOptions): Promise<RankingResult> {
  const ranking = await planRanking(options);
  const { specification, settings } = ranking.plan;
  checkBenchmark(ranking.benchmark, ranking.data);
  const sample = drawSample(getSpace(specification.space), settings.seed, ranking.architectures);
  const signal = options.signal ?? new AbortController().signal;
  const desk = openDesk(ranking, options.onEvent ?? (() => {}));
  try {
    return await work({ ranking, sample, desk, python: options.python, signal });
  } catch (error) {
    throw signal.aborted ? interrupted(desk.folder.path, error) : error;
  } finally {
    desk.close();
  }
}

interface Work {
  readonly ranking: RankingPlan;
  readonly sample: readonly Candidate[];
  readonly desk: RankingDesk;
  readonly python: string | undefined;
  readonly signal: AbortSignal;
}

async function work(options: Work): Promise<RankingResult> {
  const { ranking, sample, desk, python, signal } = options;
  const { config, plan, data } = ranking;
  const began = performance.now();
  const before = desk.lines.length;
  const { workers } = plan.settings;
  const working = await startWorkingSidecar({ config, plan, data, workers, python, signal, emit: desk.emit });
  const { hello } = working.sidecar;
  let found: { accuracies: Accuracies; paper: PaperEvaluation };
  try {
    found = await measureAll(options, working);
  } finally {
    await working.sidecar.close();
  }
  const measured = new Set(
    desk.lines.slice(before).flatMap(({ entry }) => (entry.type === 'measured' ? [entry.genotype] : [])),
  ).size;
  const seconds = (performance.now() - began) / 1000;
  return conclude({ ranking, desk, working, hello, ...found, drawn: sample.length, seconds, measured });
}

async function measureAll(
  { ranking, sample, desk, signal }: Work,
  working: WorkingSidecar,
): Promise<{ accuracies: Accuracies; paper: PaperEvaluation }> {
  const { benchmark, data, plan, scores } = ranking;
  const { sidecar, prepared, resolved } = working;
  // Before anything is measured: without them it would be for nothing.
  const accuracies = await findAccuracies({ sidecar, benchmark, sample, data, signal });
  const unknown = sample.length - accuracies.known.length;
  if (unknown > 0) desk.emit({ type: 'notice', text: `${unknown} architectures are not in the benchmark's table.` });
  writeSession(desk, sidecar, resolved.plan.specification, prepared);
  const { workers, seed } = plan.settings;
  const bench: Bench = { sidecar, desk, workers, seed, signal };
  const genotypes = accuracies.known.map(({ canonical }) => canonical);
  await measureMissing(bench, {
    name: 'measured',
    setting: { digest: resolved.digest, batch: prepared.batch.digest },
    genotypes,
    proxies: [...new Set(scores.flatMap(({ proxies }) => proxies.map(({ name }) => name)))],
  });
  return { accuracies, paper: await measurePaper(bench, ranking, working, genotypes) };
}

function interrupted(folder: string, cause: unknown): InterruptedError {
  return new InterruptedError(`The ranking was interrupted; what it measured is kept in ${folder}.`, {
    code: 'interrupted',
    nextSteps: ['Give the same command again: it measures only what is missing.'],
    cause,
  });
}
