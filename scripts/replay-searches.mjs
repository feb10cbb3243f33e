// Finished searches with fewer evaluations, another answer, or an end by how sure the answer was; and how sure it was against
// how often it was right. Nothing is trained: a search with fewer evaluations is the beginning of the same search.
// node scripts/replay-searches.mjs FOLDER … [--evaluations 50,60] [--confidence 0.9,0.98] [--answers additive,best]
// The searches lie in the folders. It needs a build.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { queryBenchmark, readRun } from 'rminas';
import { replayed } from './replay-searches/replay.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    evaluations: { type: 'string', default: '50,60,70,80,100,120,140' },
    confidence: { type: 'string', default: '0.5,0.8,0.9,0.95,0.98,0.99' },
    answers: { type: 'string', default: 'additive,best' },
  },
});
const listOf = (text) => text.split(',');
const answers = listOf(values.answers);
/** Histories are looked at from the end of the warm-up on, at every so many architectures. */
const EVERY = 5;
/** Bins of stated probabilities. */
const BINS = [0, 0.25, 0.5, 0.75, 0.85, 0.95, 0.99, 1];

const searches = [];
for (const folder of positionals) {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'result.json')));
  for (const name of names) {
    const run = readRun(join(folder, name));
    searches.push({
      images: basename(folder),
      space: run.result.space,
      points: await replayed(run, { answers, every: EVERY }),
    });
  }
}
const known = new Map();
const genotypes = [
  ...new Set(searches.flatMap(({ points }) => points.flatMap((point) => Object.values(point.answers)))),
];
const { space: benchmark } = searches[0];
for (const genotype of genotypes) {
  const { figures } = await queryBenchmark({ benchmark, architecture: genotype });
  known.set(genotype, figures.find(({ dataset }) => dataset === 'cifar10')?.accuracy ?? Number.NaN);
}
const [rule] = answers;
const groups = [...new Set(searches.map(({ images }) => images))];
for (const images of groups)
  print(
    images,
    searches.filter((search) => search.images === images),
  );

/** The tables of the searches on the same images. */
function print(images, own) {
  console.log(
    `\n${images}: ${own.length} searches; CIFAR-10 accuracy as mean / 5 % quantile / worst, cost in 10¹² multiply-adds\n`,
  );
  row('evaluations', 'cost', ...answers);
  row('---', '---', ...answers.map(() => '---'));
  for (const count of listOf(values.evaluations).map(Number)) {
    const ends = own.map(({ points }) => points.find(({ architectures }) => architectures >= count) ?? points.at(-1));
    row(count, costOf(ends), ...answers.map((name) => figuresOf(ends, name)));
  }
  console.log();
  row('ends when stated', 'architectures', 'cost', rule);
  row('---', '---', '---', '---');
  for (const sure of listOf(values.confidence).map(Number)) {
    const ends = own.map(({ points }) => points.find(({ stated }) => stated >= sure) ?? points.at(-1));
    row(sure, meanOf(ends, ({ architectures }) => architectures).toFixed(0), costOf(ends), figuresOf(ends, rule));
  }
  console.log();
  row('stated', 'histories', 'mean', 'right');
  row('---', '---', '---', '---');
  const last = own.map(({ points }) => points.at(-1).answers[rule]);
  const right = [...new Set(last)].sort(
    (a, b) => last.filter((one) => one === b).length - last.filter((one) => one === a).length,
  )[0];
  const points = own.flatMap((search) => search.points);
  for (const [index, to] of BINS.slice(1).entries()) {
    const inBin = points.filter(({ stated }) => stated >= BINS[index] && (stated < to || to === 1));
    if (inBin.length === 0) continue;
    const share = meanOf(inBin, (point) => Number(point.answers[rule] === right));
    row(`${BINS[index]} to ${to}`, inBin.length, meanOf(inBin, ({ stated }) => stated).toFixed(2), share.toFixed(2));
  }
}

function figuresOf(ends, name) {
  const sorted = ends.map((end) => known.get(end.answers[name])).sort((a, b) => a - b);
  const low = sorted[Math.floor(0.05 * (sorted.length - 1))];
  return [meanOf(sorted, (one) => one), low, sorted[0]].map((figure) => figure.toFixed(2)).join(' / ');
}

function costOf(ends) {
  return meanOf(ends, ({ flops }) => flops / 1e6).toFixed(2);
}

function meanOf(items, of) {
  return items.reduce((sum, item) => sum + of(item), 0) / items.length;
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
