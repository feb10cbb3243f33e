/** The accuracies and multiply-adds of a benchmark, by encoding. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nasBench201 } from '../../dist/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../dist/spaces/nas-bench-macro/space.js';

/** Millions of multiply-adds of the operations of a cell with 16 channels, over the 15 cells, and of the rest. */
const NB201 = { nor_conv_1x1: 3.93216, nor_conv_3x3: 35.38944, rest: 7.78 };

/** @returns the space, a list of series, each a function from encodings to accuracies in percent, all encodings, and their FLOPs in millions */
export function readTable(benchmark, data) {
  const table = benchmark === 'nas-bench-201' ? readNasBench201(data) : readMacro(data);
  const { space, costs } = table;
  const encodings = [...costs.keys()].map((key) => key.split(',').map(Number));
  const flopsOf = (encoding) => costs.get(String(space.canonical(encoding)));
  return { ...table, encodings, flopsOf };
}

function readNasBench201(data) {
  const space = nasBench201;
  const lines = readFileSync(join(data, 'nas-bench-201', 'test-accuracy-200-epochs.csv'), 'utf8')
    .trim()
    .split('\n');
  const accuracies = new Map();
  const costs = new Map();
  for (const line of lines.slice(1)) {
    const [, genotype, ...figures] = line.split(',');
    const encoding = space.parse(genotype);
    accuracies.set(String(encoding), figures.map(Number));
    const canonical = space.print(space.canonical(encoding));
    const used = [...canonical.matchAll(/(nor_conv_\dx\d)~/g)].reduce(
      (sum, [, operation]) => sum + NB201[operation],
      0,
    );
    costs.set(String(encoding), used + NB201.rest);
  }
  return { space, costs, series: [0, 1, 2].map((index) => (encoding) => accuracies.get(String(encoding))[index]) };
}

function readMacro(data) {
  const space = nasBenchMacro;
  const rows = JSON.parse(readFileSync(join(data, 'nas-bench-macro', 'nas-bench-macro_cifar10.json'), 'utf8'));
  const all = new Map(Object.entries(rows).map(([text, row]) => [String(space.parse(text)), row]));
  const costs = new Map(Array.from(all, ([key, { flops }]) => [key, flops / 1e6]));
  return { space, costs, series: [(encoding) => all.get(String(encoding)).mean_acc] };
}
