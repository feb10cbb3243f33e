import { join } from 'node:path';
import { type DrawSvg, loadSvg } from '../../charts/load-svg.js';
import type { PreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import { ensureJobFolder, filesOf, type JobFolder, writeJobFile } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import { mixedNotes } from '../arithmetic-kinds.js';
import type { Accuracies } from './accuracies.js';
import { LEVEL } from './correlate.js';
import { drawScore } from './drawings.js';
import { evaluate, meanOf, type RankingQuestion, scoreRows } from './evaluate.js';
import type { PaperEvaluation } from './paper.js';
import type { RankingPlan } from './plan.js';
import type { RankingStore } from './ranking-store.js';
import type { Ranked, RankingResult } from './result.js';
import { tableOf } from './table.js';

export interface FinalizeRankingOptions {
  readonly ranking: RankingPlan;
  readonly store: RankingStore;
  readonly prepared: Pick<PreparedSidecar, 'resolved' | 'prepared'>;
  /** Of the sidecar that measured. */
  readonly hello: PreparedSidecar['sidecar']['hello'];
  readonly accuracies: Accuracies;
  readonly paper: PaperEvaluation;
  /** Architectures drawn. */
  readonly drawn: number;
  readonly seconds: number;
  readonly measured: number;
}

/** Evaluates what has been measured, and writes result, table and charts. */
export async function finalizeRanking(options: FinalizeRankingOptions): Promise<RankingResult> {
  const { folder } = options.store.job;
  const question = questionOf(options);
  const ranked = evaluate(question);
  const table = join(folder.path, 'architectures.csv');
  writeJobFile(table, tableOf(question));
  const charts = drawAll(question, ranked, folder, await loadSvg());
  const result = resultOf({ ...options, question, ranked, table, charts });
  writeJobFile(folder.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

function questionOf({ ranking, store, prepared, accuracies, paper }: FinalizeRankingOptions): RankingQuestion {
  const { scores, duplicates, bootstrap, plan } = ranking;
  const setting = { digest: prepared.resolved.digest, batch: prepared.prepared.batch.digest };
  const proxies = new Set(scores.flatMap(({ proxies }) => proxies.map(({ name }) => name)));
  const rows = accuracies.known.map((known) => {
    const values = [...proxies].flatMap((proxy) => {
      const value = store.values.find(setting, known.canonical, proxy);
      return value === undefined ? [] : [[proxy, value] as const];
    });
    return { ...known, values: new Map(values), paper: paper.costOf(known.canonical) };
  });
  return {
    rows,
    scores,
    series: accuracies.series,
    duplicates,
    reference: plan.settings.warmup,
    bootstrap,
    seed: plan.settings.seed,
  };
}

function drawAll(question: RankingQuestion, ranked: readonly Ranked[], folder: JobFolder, svgOf: DrawSvg): string[] {
  const charts = ensureJobFolder(join(folder.path, 'charts')).path;
  return question.scores.flatMap((score) => {
    const scored = scoreRows(score, question);
    const overAll = ranked.find(({ name, population }) => name === score.name && population === 'all');
    if (overAll === undefined) return [];
    return question.series.map((series) => {
      const { name, svg } = drawScore(score, scored, series, overAll, svgOf);
      const file = join(charts, name);
      writeJobFile(file, svg);
      return file;
    });
  });
}

function resultOf(
  parts: FinalizeRankingOptions & { question: RankingQuestion; ranked: Ranked[]; table: string; charts: string[] },
): RankingResult {
  const { ranking, store, prepared, hello, accuracies, question, ranked, table, charts } = parts;
  const { plan, digest } = prepared.resolved;
  const { specification, profile, settings } = plan;
  const kinds = store.kinds({ digest, batch: prepared.prepared.batch.digest });
  return {
    schema: 1,
    rminas: VERSION,
    space: specification.space,
    dataset: specification.dataset,
    profile,
    backend: specification.backend,
    device: hello.device,
    seed: settings.seed,
    specification,
    specificationDigest: digest,
    sample: sampleOf(parts, question),
    benchmark: { name: nameOf(ranking.accuracies), source: accuracies.source, series: [...accuracies.series] },
    bootstrap: { resamples: ranking.bootstrap, level: LEVEL },
    ranked,
    paper: paperOf(parts, question),
    cost: { seconds: parts.seconds, measured: parts.measured, workers: hello.workers, threads: hello.threads },
    kinds,
    files: { ...filesOf(store.job.folder), table, charts },
    notes: [...prepared.prepared.notes, ...mixedNotes(kinds)],
  };
}

function nameOf(accuracies: RankingPlan['accuracies']): string {
  return 'benchmark' in accuracies ? accuracies.benchmark.name : 'trainings';
}

function sampleOf(
  { drawn }: FinalizeRankingOptions,
  { rows, duplicates, reference }: RankingQuestion,
): RankingResult['sample'] {
  const duplicateCount = rows.filter(({ isDuplicate }) => isDuplicate).length;
  return {
    drawn,
    unknown: drawn - rows.length,
    twins: duplicateCount,
    counting: duplicates,
    counted: duplicates === 'all' ? rows.length : rows.length - duplicateCount,
    reference: Math.min(reference, rows.length),
  };
}

function paperOf({ paper }: FinalizeRankingOptions, { rows }: RankingQuestion): RankingResult['paper'] {
  const { network, batch, steps } = paper.specification;
  const { channels, cells, resolution } = network;
  const costs = new Map(rows.map(({ canonical, paper: cost }) => [canonical, cost]));
  const seconds = [...costs.values()].flatMap((cost) => (cost.seconds === null ? [] : [cost.seconds]));
  return {
    ...{ channels, cells, resolution, batch: batch.size, updates: steps - 1 },
    flops: meanOf(rows.map((row) => row.paper.flops)),
    trainings: seconds.length,
    seconds: meanOf(seconds),
  };
}
