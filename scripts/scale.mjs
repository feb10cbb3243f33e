/**
 * Prints the tables of docs/scale.md: the real controller on a simulated cluster of 1 to 1,000 workers, with its journal on
 * this machine's disk. Usage: node scripts/scale.mjs [EVALUATIONS]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { search } from '../dist/index.js';
import { RMI } from '../dist/objectives/rmi.js';
import { createRandom } from '../dist/random/random.js';
import { searchSpace } from '../dist/search/controller.js';
import { createSlotSpace } from '../dist/spaces/slots/space.js';
import { createRegularizedEvolution } from '../dist/strategies/regularized-evolution.js';
import { createCluster } from './scale/cluster.mjs';

const [count = '10000'] = process.argv.slice(2);
const EVALUATIONS = Number(count);
const WORKERS = [1, 10, 100, 1000];
const PROPOSALS = [1, 8, 64, 512];
/** Seconds of an evaluation of the paper's size on one core. */
const MEAN_SECONDS = 60;
/** Strategies and proposals whose cost is measured. */
const COSTS = [
  ...PROPOSALS.map((proposals) => ['regularized-evolution', proposals]),
  ...['random', 'local-search', 'reinforce'].map((strategy) => [strategy, 64]),
];

const folder = mkdtempSync(join(tmpdir(), 'rminas-scale-'));

/** A space that is too large to repeat architectures. */
const space = createSlotSpace({
  name: 'ten-slots',
  slots: Array.from({ length: 10 }, (_, slot) => ({ name: `slot${slot}`, choices: ['a', 'b', 'c', 'd', 'e', 'f'] })),
});

function clusterOf(workers, lives = {}) {
  const random = createRandom(1, 'cluster', workers);
  return createCluster({
    workers,
    meanSeconds: MEAN_SECONDS,
    random: () => random.below(2 ** 32) / 2 ** 32,
    evaluate: ({ genotype, seed }) => {
      const drawn = createRandom(seed, genotype, 0);
      return { loss: drawn.below(1e6) / 1e6, uniform: drawn.below(2 ** 32) / 2 ** 32 };
    },
    ...lives,
  });
}

/** A search by evolution: its proposals cost the controller little. */
async function simulate({ workers, proposals, ...lives }) {
  const evaluator = clusterOf(workers, lives);
  const settings = { cap: EVALUATIONS, warmup: 1000, thresholdRate: 0.05, population: 1000, sample: 25, seed: 1 };
  const strategy = createRegularizedEvolution({ space, settings });
  const events = searchSpace({ space, strategy, objective: RMI, evaluator, proposals, seed: 1 });
  for await (const _ of events);
  return evaluator.report();
}

/** The cells of a whole search in a folder of this machine's disk, and of its resumption. */
async function cost(strategy, proposals) {
  const overrides = [
    ...['RMINAS.STRATEGY', strategy, 'RMINAS.PROPOSALS', `${proposals}`, 'RMINAS.MAX_EVALUATIONS', `${EVALUATIONS}`],
    ...['RMINAS.RF_WARMUP', `${EVALUATIONS / 5}`],
  ];
  const running = { space, evaluator: clusterOf(1000), overrides, folder: join(folder, `${strategy}-${proposals}`) };
  const halves = [];
  let [done, began] = [0, cpuSeconds()];
  for await (const { type } of search(running)) {
    if (type !== 'observed' || ++done % (EVALUATIONS / 2) !== 0) continue;
    halves.push(((1000 * (cpuSeconds() - began)) / (EVALUATIONS / 2)).toFixed(2));
    began = cpuSeconds();
  }
  const { size } = statSync(join(running.folder, 'journal.jsonl'));
  began = cpuSeconds();
  await search({ resume: running.folder, space, evaluator: clusterOf(1000) }).result;
  return [strategy, proposals, ...halves, (size / 1e6).toFixed(1), (cpuSeconds() - began).toFixed(1)];
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const row = (cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const percent = (share) => `${(100 * share).toFixed(0)} %`;

process.stdout.write(
  `Share of the workers' time at work, ${EVALUATIONS} evaluations of ${MEAN_SECONDS} s in the mean\n\n`,
);
row(['workers', ...PROPOSALS.map((proposals) => `${proposals} proposals`)]);
row(['---', ...PROPOSALS.map(() => '---')]);
for (const workers of WORKERS) {
  const cells = [];
  for (const proposals of PROPOSALS) cells.push(percent((await simulate({ workers, proposals })).efficiency));
  row([workers, ...cells]);
}

process.stdout.write(
  '\nWith workers that live for an hour and return after five minutes, a tenth of them slow; 512 proposals\n\n',
);
row(['workers', 'at work', 'preempted', 'hours', 'evaluations']);
row(['---', '---', '---', '---', '---']);
for (const workers of WORKERS) {
  const lives = { lifeSeconds: 3600, absenceSeconds: 300, slowShare: 0.1 };
  const { efficiency, preempted, seconds, evaluations } = await simulate({ workers, proposals: 512, ...lives });
  row([workers, percent(efficiency), preempted, (seconds / 3600).toFixed(1), evaluations]);
}

process.stdout.write('\nCost of a search and its journal, 1,000 workers\n\n');
row(['strategy', 'proposals', 'CPU ms an evaluation, first half', 'second half', 'journal, MB', 'resumption, CPU s']);
row(['---', '---', '---', '---', '---', '---']);
try {
  for (const [strategy, proposals] of COSTS) row(await cost(strategy, proposals));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const { maxRSS } = process.resourceUsage();
process.stdout.write(`\nThe process took ${(maxRSS / 1024).toFixed(0)} MB of memory at most.\n`);
