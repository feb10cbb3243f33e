// Makes the tables of test accuracies that ship with the package, from the published ones:
//   node scripts/ship-tables.mjs DATA
// DATA has nas-bench-201/*.csv (test accuracies after 200 epochs, mean over seeds) and nas-bench-macro/*.json.
// The output depends on the content of these files only.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { BUILT_IN } from '../dist/catalogue/built-in.js';

/** Accuracies are stored as whole numbers of 1/10,000 per cent: the digits of the table of NAS-Bench-201. */
const SCALE = 10_000;
const TABLES = join(import.meta.dirname, '..', 'tables');

function fileIn(folder, ending) {
  const [name] = readdirSync(folder)
    .filter((one) => one.endsWith(ending))
    .sort();
  return readFileSync(join(folder, name), 'utf8');
}

/** The position of a genotype in the lexicographic order of encodings. */
function codeOf(space, genotype) {
  return space.parse(genotype).reduce((code, category, slot) => code * space.slots[slot] + category, 0);
}

function scaled(accuracies) {
  return accuracies.map((accuracy) => Math.round(accuracy * SCALE));
}

function nasBench201(data) {
  const [, ...lines] = fileIn(join(data, 'nas-bench-201'), '.csv').trim().split('\n');
  const rows = lines.map((line) => line.split(','));
  const series = (dataset, split, column) => ({
    ...{ dataset, split, epochs: 200, aggregation: 'mean over seeds' },
    accuracies: scaled(rows.map((row) => Number(row[column]))),
  });
  return {
    source:
      'test accuracies of NAS-Bench-201 (Dong and Yang, 2020), as NATS-Bench publishes them under the MIT licence',
    codes: rows.map((row) => codeOf(BUILT_IN.spaces.get('nas-bench-201', 'the table').space, row[1])),
    series: [series('cifar10', 'ori-test', 2), series('cifar100', 'x-test', 3), series('ImageNet16-120', 'x-test', 4)],
  };
}

function nasBenchMacro(data) {
  const table = JSON.parse(fileIn(join(data, 'nas-bench-macro'), '.json'));
  const genotypes = Object.keys(table).sort();
  return {
    source: 'test accuracies of NAS-Bench-Macro (Su et al., 2021), from its repository under the Apache licence 2.0',
    codes: genotypes.map((genotype) => codeOf(BUILT_IN.spaces.get('nas-bench-macro', 'the table').space, genotype)),
    series: [
      {
        ...{ dataset: 'cifar10', split: 'test', epochs: null, aggregation: 'mean over seeds' },
        accuracies: scaled(genotypes.map((genotype) => table[genotype].mean_acc)),
      },
    ],
  };
}

const [data] = process.argv.slice(2);
for (const [name, table] of Object.entries({
  'nas-bench-201': nasBench201(data),
  'nas-bench-macro': nasBenchMacro(data),
})) {
  const text = JSON.stringify({ schema: 1, scale: SCALE, ...table });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  const bytes = brotliCompressSync(text, { params });
  writeFileSync(join(TABLES, `${name}.json.br`), bytes);
  console.log(`${name}: ${table.codes.length} architectures, ${bytes.length} bytes`);
}
