// Prints random architectures of the part of a space in which guided searches work, one a line, for `table build --also`.
// node scripts/good-architectures.mjs nas-bench-201|nas-bench-macro COUNT SEED
import { createRandom } from '../dist/random/random.js';
import { nasBench201 } from '../dist/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../dist/spaces/nas-bench-macro/space.js';

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const count = (text, pattern) => (text.match(pattern) ?? []).length;

/** How large a genotype is. An architecture belongs to the part if it is at least `least`. */
const PARTS = {
  // The operations of 3×3 convolutions are about nine times those of 1×1.
  'nas-bench-201': {
    space: nasBench201,
    size: (text) => 9 * count(text, /conv_3x3/g) + count(text, /conv_1x1/g),
    least: 20,
  },
  'nas-bench-macro': { space: nasBenchMacro, size: (text) => sum([...text].map(Number)), least: 10 },
};

const [name, wanted, seed] = process.argv.slice(2);
const part = PARTS[name];
if (part === undefined || !(Number(wanted) >= 1) || seed === undefined) {
  console.error('Usage: node scripts/good-architectures.mjs nas-bench-201|nas-bench-macro COUNT SEED');
  process.exit(2);
}
const { space, size, least } = part;
const random = createRandom(Number(seed), 'good', 0);
const found = new Set();
while (found.size < Number(wanted)) {
  const genotype = space.print(space.canonical(space.sample(random)));
  if (size(genotype) >= least) found.add(genotype);
}
console.log([...found].join('\n'));
