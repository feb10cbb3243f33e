// Compares strategies by their true accuracies, without training: the loss is minus the accuracy of a benchmark.
// node scripts/strategies.mjs --data DIR [--benchmark nas-bench-201] [--seeds 51-100] [--evaluations 100] [--max-flops M] ROW …
// A row is STRATEGY[,warmup=N][,answer=RULE][,KEY=VALUE…], e.g. regularized-evolution,warmup=30,EVOLUTION_SAMPLE=10.
// DIR holds nas-bench-201/*.csv and nas-bench-macro/*.json. --max-flops limits the millions of multiply-adds of the canonical form.
import { parseArgs } from 'node:util';
import { simulateRow } from './strategies/simulate.mjs';
import { readTable } from './strategies/table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    benchmark: { type: 'string', default: 'nas-bench-201' },
    seeds: { type: 'string', default: '51-100' },
    evaluations: { type: 'string', default: '100' },
    'max-flops': { type: 'string' },
  },
});
const [first, last] = values.seeds.split('-').map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
const table = readTable(values.benchmark, values.data);
const limit = values['max-flops'] === undefined ? null : Number(values['max-flops']);
const count = Number(values.evaluations);
console.log(
  `${table.space.name}, ${count} evaluations, seeds ${values.seeds}${limit === null ? '' : `, at most ${limit.toFixed(1)} M multiply-adds`}`,
);
if (limit !== null) {
  const within = table.encodings.filter((encoding) => table.flopsOf(encoding) <= limit);
  const best = table.series.map((series) => Math.max(...within.map(series)).toFixed(2));
  console.log(`${within.length} architectures within the limit; the best: ${best.join(' / ')}`);
}
for (const row of positionals) {
  const columns = [];
  for (const series of table.series) {
    const found = await simulateRow(row, { table, series, seeds, count, limit });
    const mean = found.reduce((sum, each) => sum + each, 0) / found.length;
    const deviation = Math.sqrt(
      found.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, found.length - 1),
    );
    columns.push(`${mean.toFixed(2)} ± ${deviation.toFixed(2)} (${Math.min(...found).toFixed(2)})`);
  }
  console.log(`| ${row} | ${columns.join(' | ')} |`);
}
