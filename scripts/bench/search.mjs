// What a whole search costs, ours and the plain way, and what each of our measures is worth. docs/performance.md says
// what is compared with what.
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

/** What is run unless some are asked for. */
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

/** Each measure, and what there is without it. */
const WITHOUT = {
  arithmetic: { arithmetic: 'plain' },
  futility: { futility: false },
  twins: { twins: false },
  workers: { workers: 1, threads: cores },
};

export async function run(args) {
  const options = readOptions(args);
  const { size, seeds, measures } = options;
  const [{ model }] = cpus();
  console.log(`${cores} cores (${model}), load ${loadavg()[0].toFixed(1)}; ${size.file} ${size.overrides.join(' ')}`);
  // Each of the sidecars that stand side by side listens for the end of this process.
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
    arithmetic: 'fast',
    futility: true,
    twins: true,
    workers: wholeNumber('workers', values.workers, 1),
    threads: 1,
  };
  for (const name of values.without) Object.assign(measures, WITHOUT[known(name, WITHOUT, 'measure')]);
  const seeds = (values.seeds ?? size.seeds).split(',').map(Number);
  const parts = values.parts.split(',').map((name) => known(name, PARTS, 'part'));
  return { size, seeds, measures, steps: wholeNumber('steps', values.steps, 2), data: values.data ?? null, parts };
}

function wholeNumber(name, text, least) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} is ${text}, which is no whole number from ${least} up.`);
}

function known(name, table, what) {
  if (name in table) return name;
  throw new Error(`There is no ${what} ${name}; there are: ${Object.keys(table).join(', ')}.`);
}

/**
 * The plain way; ours as it comes; and ours with one worker, whose trajectory is the plain way's but for what the
 * measures do to it. With the plain arithmetic that can only be the stopping and the twins.
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

/** Opens the sides one after the other, lets them search in turn, and ends them. */
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
