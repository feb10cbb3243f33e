import { csvOf } from '../../charts/csv.js';
import { type RankingQuestion, scoreRows } from './evaluate.js';
import type { RankingScore } from './scores.js';

/**
 * The architectures of a ranking as comma-separated values, a line each, in the order drawn: accuracies, proxies and
 * scores. A cell is empty if there is no number.
 */
export function tableOf(question: RankingQuestion): string {
  const { rows, series, scores } = question;
  const proxies = [...new Set(scores.flatMap(({ proxies }) => proxies.map(({ name }) => name)))];
  const combined = scores.filter(({ name }) => !proxies.includes(name));
  const losses = combined.map((score) => lossesByNumber(score, question));
  const head = ['number', 'genotype', 'canonical', ...series.map(({ name }) => name), ...proxies];
  const lines = rows.map(({ number, genotype, canonical, accuracies, values }) => [
    number,
    genotype,
    canonical,
    ...series.map(({ name }) => cell(accuracies.get(name))),
    ...proxies.map((proxy) => cell(values.get(proxy)?.value)),
    ...losses.map((byNumber) => cell(byNumber.get(number))),
  ]);
  return csvOf([[...head, ...combined.map(({ name }) => name)], ...lines]);
}

function lossesByNumber(score: RankingScore, question: RankingQuestion): ReadonlyMap<number, number> {
  const scored = scoreRows(score, { ...question, duplicates: 'all' });
  return new Map(scored.map(({ row, loss }) => [row.number, loss]));
}

function cell(value: number | null | undefined): number | '' {
  return typeof value === 'number' && Number.isFinite(value) ? value : '';
}
