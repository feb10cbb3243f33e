import { consultBenchmark } from '../../benchmarks/service.js';
import { resolvePlan } from '../../evaluators/prepared-sidecar.js';
import type { StartedEvaluation } from '../../evaluators/search-evaluator.js';
import type { Evaluator } from '../../search/evaluator.js';
import { evaluationSeed } from '../../search/recording.js';
import { filesOf, writeJobFile } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import { mixedNotes } from '../arithmetic-kinds.js';
import type { SearchCosts } from './costs.js';
import { guessFor } from './guess.js';
import { forestImportances, type ImportanceOptions } from './importances.js';
import { kindsOfRun, type SearchStore } from './journal.js';
import { costsInResult } from './network-costs.js';
import { type ResolvedSearch, searchHeaderOf } from './plan.js';
import { isWhole, reportFutility, type SearchRecord, toScore } from './record.js';
import type { ArchitectureScore, BenchmarkReport, SearchResult, VerificationReport } from './result.js';
import { verifyAnswer } from './verification.js';

export interface FinalizeSearchOptions extends ImportanceOptions {
  readonly evaluator: Evaluator;
  /** Undefined for a search that needs no costs of networks. */
  readonly costs: SearchCosts | undefined;
}

/**
 * Completes a search: the importances of slots, the score of the found architecture, its benchmark figures and its
 * verification. Writes result.json.
 */
export async function finalizeSearch(options: FinalizeSearchOptions): Promise<SearchResult> {
  const { store, record, run, started } = options;
  const { sidecar } = started;
  const finished = record.end;
  const importances = await forestImportances(options);
  const score = await scoreFound(options);
  const benchmark = await benchmarkOfFound(options);
  store.emit({ type: 'benchmark-consulted', report: benchmark });
  const verification =
    run.verify.architectures === 0 || sidecar === null
      ? null
      : await verifyAnswer({ ...options, sidecar, genotype: finished.genotype });
  const result = buildResult({
    ...options,
    importances,
    score,
    benchmark,
    verification,
    inLimits: await costsInResult({ ...options, score }),
  });
  writeJobFile(store.folder.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

async function benchmarkOfFound({ started, run, record }: FinalizeSearchOptions): Promise<BenchmarkReport> {
  const { space } = run.plan.specification;
  if (started.sidecar === null) return { answer: null, note: 'No benchmark was asked: the search had no sidecar.' };
  return consultBenchmark(started.sidecar, { space, genotype: record.end.genotype, data: run.data });
}

/** The vote may find an architecture that was not evaluated, or not to the end. It is evaluated then. */
async function scoreFound({ record, run, store, space, evaluator }: FinalizeSearchOptions): Promise<ArchitectureScore> {
  const { genotype } = record.end;
  const canonical = space.print(space.canonical(space.parse(genotype)));
  const known = record.scoreOf(genotype, canonical) ?? journalledScore(store, genotype, canonical);
  if (known) return known;
  const seed = evaluationSeed(run.plan.settings.seed, canonical);
  const outcome = await evaluator.evaluate({ genotype: canonical, seed });
  store.write({ type: 'evaluated', genotype: canonical, seed, outcome });
  return toScore(genotype, canonical, outcome);
}

function journalledScore(store: SearchStore, genotype: string, canonical: string): ArchitectureScore | undefined {
  for (const { entry } of store.lines) {
    if (entry.type === 'evaluated' && entry.genotype === canonical && isWhole(entry.outcome)) {
      return toScore(genotype, canonical, entry.outcome);
    }
  }
  return undefined;
}

function buildResult(
  parts: FinalizeSearchOptions & {
    importances: readonly number[] | null;
    score: ArchitectureScore;
    benchmark: BenchmarkReport;
    verification: VerificationReport | null;
    inLimits: Awaited<ReturnType<typeof costsInResult>>;
  },
): SearchResult {
  const { run, started, store, record, objective, importances, score, benchmark, verification, inLimits } = parts;
  const { specification, settings } = run.plan;
  const finished = record.end;
  const status = record.observed.at(-1)?.status;
  const kinds = kindsOfRun(store);
  return {
    schema: 1,
    rminas: VERSION,
    space: specification.space,
    ...trainingOf(run, started),
    seed: settings.seed,
    strategy: settings.strategy,
    objective: objective.name,
    genotype: finished.genotype,
    score,
    best: record.best,
    stop: { reason: finished.reason, note: finished.note },
    ...lastRoundOf(record, run, started),
    ...(finished.confidence && { confidence: { ...finished.confidence, slots: [...finished.confidence.slots] } }),
    ...(importances && { importances: [...importances] }),
    ...inLimits,
    threshold: status?.threshold ?? null,
    thresholdNote: status?.thresholdNote ?? null,
    successes: status?.successes ?? 0,
    voters: [...finished.voters],
    futility: settings.futility
      ? reportFutility(record.observed, status?.threshold ?? null, specification.steps)
      : null,
    benchmark,
    verification,
    cost: costOf(record, store),
    ...plannedFor(run),
    files: filesOf(store.folder),
    ...(kinds.length > 0 && { kinds }),
    notes: [...('prepared' in started ? started.prepared.notes : []), ...mixedNotes(kinds)],
  };
}

/** The scores of the last round, by rising loss. */
function lastRoundOf(
  { finalists }: SearchRecord,
  { lastRound }: ResolvedSearch,
  { sidecar }: StartedEvaluation,
): Pick<SearchResult, 'lastRound'> {
  if (finalists.length === 0 || lastRound === null || sidecar === null) return {};
  const { plan, digest } = resolvePlan(lastRound, sidecar.hello.xnas);
  const loss = ({ loss: found }: ArchitectureScore) => found ?? Number.POSITIVE_INFINITY;
  const scores = finalists.map(({ genotype, outcome }) => toScore(genotype, genotype, outcome));
  return {
    lastRound: {
      specification: plan.specification,
      specificationDigest: digest,
      scores: scores.toSorted((a, b) => loss(a) - loss(b) || (a.genotype < b.genotype ? -1 : 1)),
    },
  };
}

function plannedFor(run: ResolvedSearch): Pick<SearchResult, 'planned'> {
  const guess = guessFor(searchHeaderOf(run));
  return guess === undefined ? {} : { planned: guess };
}

/** The specification of the trainings; all null when a custom evaluator replaced them. */
function trainingOf({ plan, digest, custom }: ResolvedSearch, { sidecar }: StartedEvaluation) {
  if (custom.evaluator !== undefined || sidecar === null) {
    const nothing = { dataset: null, profile: null, backend: null, device: null };
    return {
      ...nothing,
      evaluator: custom.evaluator?.name ?? 'unnamed',
      specification: null,
      specificationDigest: null,
    };
  }
  const { specification, profile } = plan;
  const { dataset, backend } = specification;
  const { device } = sidecar.hello;
  return { dataset, profile, backend, device, specification, specificationDigest: digest };
}

function costOf(record: SearchRecord, store: SearchStore): SearchResult['cost'] {
  const preempted = store.lines.filter(({ entry }) => entry.type === 'preempted').length;
  return {
    seconds: store.seconds,
    evaluationSeconds: record.evaluationSeconds,
    architectures: record.observed.length,
    evaluations: record.evaluations,
    cached: record.cached,
    reused: record.observed.filter(({ reused }) => reused).length,
    failures: record.failures,
    ...(preempted > 0 && { preempted }),
    steps: record.steps,
    measuring: record.measuring,
    screening: record.screening,
    simulatedSeconds: record.simulatedSeconds,
    sessions: store.sessions,
  };
}
