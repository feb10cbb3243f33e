import { spread } from '../statistics.mjs';
import { compareTrajectories, describe } from './trajectory.mjs';

/** Prints the searches of a seed, and where each first differs from the plain search. */
export function printContest({ seed, sides }) {
  console.log(
    `\nA whole search with seed ${seed}, in turn on one machine; s with the start of the processes, MiB at the peak`,
  );
  printTable(sides);
  const [plain, ...others] = sides;
  for (const side of others) {
    console.log(`    ${side.name}, compared with the plain loop:`);
    for (const line of describe(compareTrajectories(plain, side), plain, side)) console.log(`      ${line}`);
  }
}

/** Prints the cost of the plain search relative to each of the others, over the seeds. */
export function printContests(contests) {
  console.log(`  over ${contests.length} seeds, median (least to most)`);
  for (const [position, { name }] of contests[0].sides.entries()) {
    if (position > 0)
      printRatios(
        name,
        contests.map(({ sides }) => [sides[0], sides[position]]),
      );
  }
}

function printRatios(name, pairs) {
  const ratios = (of) => spread(pairs.map(([plain, side]) => of(plain) / of(side)));
  console.log(`    plain / ${name}`);
  console.log(`      seconds of the search:            ${ratios(({ seconds }) => seconds)}`);
  console.log(`      seconds an architecture observed: ${ratios(costOfOne)}`);
  console.log(`      steps:                            ${ratios(({ steps }) => steps)}`);
  console.log(`      memory:                           ${ratios(({ peakMemory }) => peakMemory)}`);
  const same = pairs.filter(([plain, side]) => plain.finished.genotype === side.finished.genotype).length;
  console.log(`      same final architecture:          ${same} of ${pairs.length}`);
}

/** Prints the cost of a search without each measure, relative to the search with all of them. */
export function printAblation(sides) {
  console.log('\nThe gain of each measure, on the first seed: cost without it / cost with all');
  printTable(sides);
  const [all, ...others] = sides;
  for (const side of others) {
    const search = side.seconds / all.seconds;
    const one = costOfOne(side) / costOfOne(all);
    const steps = side.steps / all.steps;
    console.log(
      `    ${side.name.padEnd(30)}search ${search.toFixed(2)}, an architecture ${one.toFixed(2)}, steps ${steps.toFixed(2)}`,
    );
  }
}

function printTable(sides) {
  const head = ['seconds', 'observed', 'trained', 'stopped', 'steps', 'MiB'];
  console.log(`    ${''.padEnd(30)}${head.map((word) => word.padStart(10)).join('')}`);
  for (const side of sides) {
    const cells = [side.seconds.toFixed(1), side.observed.length, side.trainings.length, side.stopped, side.steps];
    const row = [...cells, side.peakMemory.toFixed(0)].map((cell) => String(cell).padStart(10)).join('');
    console.log(`    ${side.name.padEnd(30)}${row}`);
  }
}

function costOfOne({ seconds, observed }) {
  return seconds / observed.length;
}
