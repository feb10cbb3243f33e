/** Accuracies of answers in the benchmark that ships with rminas, and their figures. */
import { queryBenchmark } from 'rminas';
import { quantile } from '../../dist/statistics/quantile.js';

const known = new Map();

/** The test accuracy on a data set. */
export async function accuracyOf(benchmark, architecture, dataset = 'cifar10') {
  const key = `${benchmark} ${architecture} ${dataset}`;
  if (!known.has(key)) {
    const { figures } = await queryBenchmark({ benchmark, architecture });
    known.set(key, figures.find((figure) => figure.dataset === dataset)?.accuracy ?? Number.NaN);
  }
  return known.get(key);
}

/** `mean / median / 5 % quantile / worst`. */
export function figuresOf(accuracies) {
  const figures = [mean(accuracies), ...[0.5, 0.05, 0].map((share) => quantile(accuracies, share))];
  return figures.map((figure) => figure.toFixed(2)).join(' / ');
}

export function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Prints a row of a table in Markdown. */
export function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
