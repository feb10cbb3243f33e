import { consultBenchmark } from '../../benchmarks/service.js';
import type { ReadySidecar, WorkingSidecar } from '../../evaluators/working-sidecar.js';
import type { Objective } from '../../objectives/index.js';
import { derivedSeed } from '../../random/random.js';
import type { Evaluator } from '../../search/evaluator.js';
import type { Finished } from '../../search/events.js';
import type { Space } from '../../spaces/space.js';
import { filesOf, writeRunFile } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import type { Desk } from './desk.js';
import { reportFutility } from './futility-report.js';
import type { ResolvedRun } from './open-run.js';
import { isWhole, type RunRecord, secondsOf, sessionsOf, toScore } from './record.js';
import type { BenchmarkReport, Score, SearchResult, VerificationReport } from './result.js';
import { verify } from './verification.js';

export interface ConcludeOptions {
  readonly run: ResolvedRun;
  readonly working: ReadySidecar | WorkingSidecar;
  readonly desk: Desk;
  readonly finished: Finished;
  readonly record: RunRecord;
  readonly space: Space;
  readonly objective: Objective;
  readonly evaluator: Evaluator;
  readonly signal: AbortSignal;
}

/** What comes after the search: the found architecture's own score, its benchmark figures, its verification. */
export async function conclude(options: ConcludeOptions): Promise<SearchResult> {
  const { desk, finished, run, working } = options;
  const { sidecar } = working;
  const score = await scoreFound(options);
  const benchmark = await consultBenchmark(sidecar, {
    space: run.plan.specification.space,
    genotype: finished.genotype,
    data: run.data,
  });
  desk.emit({ type: 'benchmark-consulted', report: benchmark });
  const verification = await verify({ ...options, genotype: finished.genotype });
  const result = assembleResult({ ...options, score, benchmark, verification });
  writeRunFile(desk.folder.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/**
 * The vote may find an architecture that was never evaluated, or not to the end; its score is part of the answer all
 * the same.
 */
async function scoreFound({ finished, record, run, desk, space, evaluator }: ConcludeOptions): Promise<Score> {
  const { genotype } = finished;
  const canonical = space.print(space.canonical(space.parse(genotype)));
  const known = record.scoreOf(genotype, canonical) ?? journalledScore(desk, genotype, canonical);
  if (known) return known;
  const seed = derivedSeed(run.plan.settings.seed, 'evaluation', canonical);
  const outcome = await evaluator.evaluate({ genotype: canonical, seed });
  desk.write({ type: 'evaluated', genotype: canonical, seed, outcome });
  return toScore(genotype, canonical, outcome);
}

function journalledScore(desk: Desk, genotype: string, canonical: string): Score | undefined {
  for (const { entry } of desk.lines) {
    if (entry.type === 'evaluated' && entry.genotype === canonical && isWhole(entry.outcome)) {
      return toScore(genotype, canonical, entry.outcome);
    }
  }
  return undefined;
}

function assembleResult(
  parts: ConcludeOptions & { score: Score; benchmark: BenchmarkReport; verification: VerificationReport | null },
): SearchResult {
  const { run, working, desk, finished, record, objective, score, benchmark, verification } = parts;
  const { specification, profile, settings } = run.plan;
  const status = record.observed.at(-1)?.status;
  return {
    schema: 1,
    rminas: VERSION,
    space: specification.space,
    dataset: specification.dataset,
    profile,
    backend: specification.backend,
    device: working.sidecar.hello.device,
    seed: settings.seed,
    strategy: settings.strategy,
    objective: objective.name,
    specification,
    specificationDigest: run.digest,
    genotype: finished.genotype,
    score,
    best: record.best,
    stop: { reason: finished.reason, note: finished.note },
    threshold: status?.threshold ?? null,
    thresholdNote: status?.thresholdNote ?? null,
    successes: status?.successes ?? 0,
    voters: [...finished.voters],
    futility: settings.futility
      ? reportFutility(record.observed, status?.threshold ?? null, specification.steps)
      : null,
    benchmark,
    verification,
    cost: costOf(record, desk),
    files: filesOf(desk.folder),
    notes: 'prepared' in working ? working.prepared.notes : [],
  };
}

function costOf(record: RunRecord, desk: Desk): SearchResult['cost'] {
  return {
    seconds: secondsOf(desk.lines),
    evaluationSeconds: record.evaluationSeconds,
    architectures: record.observed.length,
    evaluations: record.evaluations,
    cached: record.cached,
    reused: record.observed.filter(({ reused }) => reused).length,
    failures: record.failures,
    steps: record.steps,
    measuring: record.measuring,
    screening: record.screening,
    simulatedSeconds: record.simulatedSeconds,
    sessions: sessionsOf(desk.lines),
  };
}
