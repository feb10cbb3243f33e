// Ranks NAS-Bench-Macro by the loss: Kendall's tau-b between losses and accuracies of random architectures.
// node scripts/macro-kendall.mjs --data DIR [--count 100] [--seed 1] [KEY VALUE …]
// DIR holds CIFAR-10, the ResNet-20 teacher and nas-bench-macro/*.json.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { score } from 'rminas';
import { BUILT_IN } from '../dist/catalogue/built-in.js';
import { createRandom } from '../dist/random/random.js';
import { kendall } from '../dist/statistics/correlation.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cfg: {
      type: 'string',
      default: fileURLToPath(new URL('../configs/nas-bench-macro-cifar10.yaml', import.meta.url)),
    },
    data: { type: 'string' },
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});

const space = BUILT_IN.spaces.find('nas-bench-macro').space;
const random = createRandom(Number(values.seed), 'macro-kendall', 0);
const genotypes = new Set();
while (genotypes.size < Number(values.count)) genotypes.add(space.print(space.sample(random)));

const began = performance.now();
const { scores } = await score({
  cfg: values.cfg,
  data: values.data,
  genotypes: [...genotypes],
  overrides: positionals,
}).result;
const rows = scores.flatMap(({ score: { loss }, benchmark: { answer } }) =>
  loss === null || answer === null ? [] : [{ loss, accuracy: answer.figures[0].accuracy }],
);
if (rows.length < 2) throw new Error(`nothing to compare: ${scores[0]?.benchmark.note}`);
const tau = kendall(
  rows.map(({ loss }) => -loss),
  rows.map(({ accuracy }) => accuracy),
);
console.log(
  `Kendall tau of -loss with accuracy: ${tau?.toFixed(3)} over ${rows.length} random architectures ` +
    `(${((performance.now() - began) / 1000 / rows.length).toFixed(2)} s each)`,
);
