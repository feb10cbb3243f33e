// Compares whole searches, ours and the plain loop, and measures the gain of each of our measures. docs/performance.md
// explains the comparisons.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { compete } from './search/contest.mjs';
import { compareEvaluations } from './search/evaluations.mjs';
import { project } from './search/projection.mjs';
import { printAblation, printContest, printContests } from './search/report.mjs';
import { openOurs, openPlain } from './search/sides.mjs';
import { sizeOf } from './search/sizes.mjs';

const cores = availableParallelism();

/** The parts that run by default. */
const USUAL = 'evaluation,search,ablation';

const PARTS = {
  evaluation: ({ seeds: [seed], ...common }, { arithmetic }) => compareEvaluations({ ...common, seed, arithmetic }),
  search: async ({ seeds, ...common }, measures) => {
    const contests = [];
    for (const seed of seeds) {
      const contest = { seed, sides: await holdContest({ ...common, seed }, measures) };
      printContest(contest);
      contests.push(contest);
    }
    printContests(contests);
  },
  projection: async ({ seeds, ...common }, measures) => {
    for (const seed of seeds) await project({ ...common, seed, measures, cores });
  },
  ablation: async ({ seeds: [seed], ...common }, measures) =>
    printAblation(await holdAblation({ ...common, seed }, measures)),
};

/** Each measure, and the settings that replace it. */
const WITHOUT = {
  arithmetic: { arithmetic: 'plain' },
  futility: { futility: false },
  duplicates: { duplicates: false },
  workers: { workers: 1, threads: cores },
};

/** Former names of measures, still accepted. */
const FORMER_NAMES = { twins: 'duplicates' };

export async function run(args) {
  const options = readOptions(args);
  const { size, seeds, measures } = options;
  const [{ model }] = cpus();
  console.log(`${cores} cores (${model}), load ${loadavg()[0].toFixed(1)}; ${size.file} ${size.overrides.join(' ')}`);
  // Each of the parallel sidecars listens for the exit of this process.
  process.setMaxListeners(0);
  const common = { size, steps: options.steps, data: options.data, python: await findPython() };
  for (const part of options.parts) await PARTS[part]({ ...common, seeds }, measures);
}

function readOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean', default: false },
      data: { type: 'string', default: process.env.RMINAS_TEST_DATA },
      seeds: { type: 'string' },
      without: { type: 'string', multiple: true, default: [] },
      parts: { type: 'string', default: USUAL },
      steps: { type: 'string', default: '8' },
      workers: { type: 'string', default: String(cores) },
    },
  });
  if (values.quick && values.full) throw new Error('Choose --quick, which is the default, or --full.');
  const size = sizeOf({ full: values.full, data: values.data, overrides: positionals });
  const measures = {
    arithmetic: 'compiled',
    futility: true,
    duplicates: true,
    workers: wholeNumber('workers', values.workers, 1),
    threads: 1,
  };
  for (const given of values.without) {
    const name = FORMER_NAMES[given] ?? given;
    Object.assign(measures, WITHOUT[known(name, WITHOUT, 'measure')]);
  }
  const seeds = (values.seeds ?? size.seeds).split(',').map(Number);
  const parts = values.parts.split(',').map((name) => known(name, PARTS, 'part'));
  return { size, seeds, measures, steps: wholeNumber('steps', values.steps, 2), data: values.data ?? null, parts };
}

function wholeNumber(name, text, least) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be a whole number of at least ${least}, not ${text}.`);
}

function known(name, table, what) {
  if (name in table) return name;
  throw new Error(`There is no ${what} ${name}; there are: ${Object.keys(table).join(', ')}.`);
}

/**
 * The plain loop, our default search, and our search with one worker. Only the measures make the trajectory of the last
 * differ from that of the plain loop. With the plain arithmetic, only early stopping and reused duplicates can.
 */
function holdContest(common, measures) {
  const single = { ...measures, ...WITHOUT.workers };
  return hold([
    () => openPlain({ ...common, cores }),
    () => openOurs({ ...common, name: 'ours', measures }),
    () => openOurs({ ...common, name: 'one worker', measures: single }),
    () => openOurs({ ...common, name: 'one worker, plain arithmetic', measures: { ...single, ...WITHOUT.arithmetic } }),
  ]);
}

function holdAblation(common, measures) {
  return hold([
    () => openOurs({ ...common, name: 'all measures', measures }),
    ...Object.entries(WITHOUT).map(
      ([name, without]) =>
        () =>
          openOurs({ ...common, name: `without ${name}`, measures: { ...measures, ...without } }),
    ),
  ]);
}

/** Opens the searches one after the other, runs them in turn, and ends them. */
async function hold(openers) {
  const sides = [];
  try {
    for (const open of openers) sides.push(await open());
    await compete(sides);
  } finally {
    for (const side of sides) await side.end();
  }
  return sides;
}
