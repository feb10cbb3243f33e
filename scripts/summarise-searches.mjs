// Prints a table of finished searches in Markdown: node scripts/summarise-searches.mjs FOLDER [FOLDER …]
// The searches lie in the folders; each is a line, and the mean and the worst of their answers follow. It needs a build.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readRun } from 'rminas';
import { costOfEvaluation } from '../dist/jobs/compare/cost.js';

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error('Usage: node scripts/summarise-searches.mjs FOLDER [FOLDER …]');
  process.exit(2);
}

const rows = [];
for (const folder of folders) {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'result.json')));
  for (const name of names) rows.push(await rowOf(basename(folder), readRun(join(folder, name))));
}
rows.sort((one, other) => one.images.localeCompare(other.images) || one.seed - other.seed);
const mean = (of) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
const worst = (of) => Math.min(...rows.map(of));
const accuracies = (pick) => [0, 1, 2].map((index) => pick((row) => row.accuracies[index]).toFixed(2)).join(' / ');

print(
  'images',
  'seed',
  'answer',
  'CIFAR-10 / CIFAR-100 / ImageNet16-120',
  'rank',
  'cost, 10¹²',
  'evaluations',
  'stated',
);
print(...Array(8).fill('---'));
for (const { images, seed, answer, accuracies: each, rank, cost, evaluations, stated } of rows) {
  const shown = each.map((one) => one.toFixed(2)).join(' / ');
  print(images, seed, answer, shown, rank, cost.toFixed(2), evaluations, `${Math.round(100 * stated)} %`);
}
print('mean', '', '', accuracies(mean), mean((row) => row.rank).toFixed(1), mean((row) => row.cost).toFixed(2));
print('worst', '', '', accuracies(worst), Math.max(...rows.map(({ rank }) => rank)));

/** The figures of one search. Its cost is in 10¹² multiply-adds, all passes and all proxies counted. */
async function rowOf(images, { result, evaluations, configuration }) {
  const { answer } = result.benchmark;
  const { values } = await configuration();
  const batch = values['LOADER.BATCH_SIZE'];
  const flops = evaluations.map(({ outcome }) => costOfEvaluation(outcome, batch).flops);
  return {
    images,
    seed: values.RNG_SEED,
    answer: answer.number,
    accuracies: answer.figures.map(({ accuracy }) => accuracy),
    rank: answer.figures[0].rank,
    cost: flops.reduce((sum, one) => sum + one, 0) / 1e6,
    evaluations: evaluations.length,
    stated: result.confidence?.answer ?? Number.NaN,
  };
}

function print(...cells) {
  console.log(`| ${[...cells, ...Array(8 - cells.length).fill('')].join(' | ')} |`);
}
