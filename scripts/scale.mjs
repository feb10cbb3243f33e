/**
 * Prints the tables of docs/scale.md: the real controller on a simulated cluster of 1 to 1,000 workers, with its journal on
 * this machine's disk. Usage: node scripts/scale.mjs [EVALUATIONS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RMI } from '../dist/objectives/rmi.js';
import { createRandom } from '../dist/random/random.js';
import { searchSpace } from '../dist/search/controller.js';
import { createSlotSpace } from '../dist/spaces/slots/space.js';
import { JournalWriter } from '../dist/store/journal-file.js';
import { createRegularizedEvolution } from '../dist/strategies/regularized-evolution.js';
import { createCluster } from './scale/cluster.mjs';

const [count = '10000'] = process.argv.slice(2);
const EVALUATIONS = Number(count);
const WORKERS = [1, 10, 100, 1000];
const PROPOSALS = [1, 8, 64, 512];
/** Seconds of an evaluation of the paper's size on one core. */
const MEAN_SECONDS = 60;

const folder = mkdtempSync(join(tmpdir(), 'rminas-scale-'));

/** A space that is too large to repeat architectures. */
const space = createSlotSpace({
  name: 'ten-slots',
  slots: Array.from({ length: 10 }, (_, slot) => ({ name: `slot${slot}`, choices: ['a', 'b', 'c', 'd', 'e', 'f'] })),
});

/** A search by evolution: its proposals cost the controller little, so that the rest shows. */
async function simulate({ workers, proposals, cap = EVALUATIONS, journal = null, ...cluster }) {
  const random = createRandom(1, 'cluster', workers);
  const evaluator = createCluster({
    workers,
    meanSeconds: MEAN_SECONDS,
    random: () => random.below(2 ** 32) / 2 ** 32,
    evaluate: ({ genotype, seed }) => {
      const drawn = createRandom(seed, genotype, 0);
      return { loss: drawn.below(1e6) / 1e6, uniform: drawn.below(2 ** 32) / 2 ** 32 };
    },
    ...cluster,
  });
  const settings = { cap, warmup: 1000, thresholdRate: 0.05, population: 1000, sample: 25, seed: 1 };
  const strategy = createRegularizedEvolution({ space, settings });
  const writer = journal === null ? null : new JournalWriter(journal);
  const began = performance.now();
  const cpu = process.cpuUsage();
  let written = 0;
  for await (const event of searchSpace({
    ...{ space, strategy, objective: RMI, evaluator, proposals, seed: 1 },
  })) {
    if (event.type === 'observed' || event.type === 'threshold-set') continue;
    writer?.append(event, { durable: event.type !== 'proposed' });
    written += 1;
  }
  writer?.close();
  const { user, system } = process.cpuUsage(cpu);
  return { ...evaluator.report(), real: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, written };
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

process.stdout.write('\nCost of the controller and its journal, 1,000 workers\n\n');
row(['proposals', 'CPU ms an evaluation', 'with the journal, ms', 'of it CPU, ms', 'memory, MB']);
row(['---', '---', '---', '---', '---']);
try {
  for (const proposals of PROPOSALS) {
    const alone = await simulate({ workers: 1000, proposals });
    const cap = EVALUATIONS / 5;
    const durable = await simulate({ workers: 1000, proposals, cap, journal: join(folder, `${proposals}.jsonl`) });
    const ms = (seconds, count) => ((1000 * seconds) / count).toFixed(2);
    const memory = (process.memoryUsage().rss / 1e6).toFixed(0);
    row([proposals, ms(alone.cpu, EVALUATIONS), ms(durable.real, cap), ms(durable.cpu, cap), memory]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
