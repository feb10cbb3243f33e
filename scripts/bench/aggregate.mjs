// Times whole aggregate searches on one core: release 0.2.1, its search by this version, and the default search of this version.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { timePlainLoop } from './aggregate/plain-loop.mjs';
import { replayWithUs } from './aggregate/replay.mjs';
import { searchOnce } from './aggregate/search-once.mjs';
import { openRelease } from './release.mjs';
import { geometricMean, spread } from './statistics.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Steps of the paper's search with seed 1 by the plain loop: 218 architectures, and no early stops (docs/performance.md). */
const STEPS_OF_PAPER = 32_918;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string', default: process.env.RMINAS_TEST_DATA },
      base: { type: 'string' },
      seeds: { type: 'string', default: '1,2,3' },
      core: { type: 'string', default: '0' },
      plain: { type: 'string', default: '6' },
    },
  });
  if (!values.data) throw new Error('Give --data: the folder with CIFAR-10 and its teacher.');
  const scratch = mkdtempSync(join(tmpdir(), 'rminas-bench-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const base = values.base ?? openRelease(scratch);
  const name = 'nas-bench-201-cifar10-aggregate';
  const sides = [
    { name: 'release 0.2.1', root: base, cfg: join(base, 'configs', `${name}.yaml`) },
    { name: 'its search, this version', root: ROOT, cfg: `${name}-forest` },
    { name: 'the default search, this version', root: ROOT, cfg: name },
  ];
  console.log(
    `Whole aggregate searches on CIFAR-10, one worker on one core; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
  );
  const python = await findPython();
  const options = { ...values, scratch, python };
  const runs = await interleave(sides, { ...options, seeds: values.seeds.split(',').map(Number) });
  report(sides, runs);
  await compareProposals(runs, options);
  await project(runs, { ...options, architectures: Number(values.plain) });
}

/** For each seed, one search of each side: all sides meet the same machine. */
async function interleave(sides, { seeds, ...options }) {
  const runs = sides.map(() => []);
  // Both versions compile their C functions once for a machine.
  const overrides = ['RMINAS.RF_WARMUP', '2', 'RMINAS.MAX_EVALUATIONS', '2'];
  for (const side of sides.slice(0, 2)) searchOnce(side, { ...options, seed: 0, overrides });
  for (const seed of seeds) {
    for (const [index, side] of sides.entries()) {
      const run = searchOnce(side, { ...options, seed });
      runs[index].push(run);
      console.log(
        `  seed ${seed}, ${side.name}: ${run.user.toFixed(1)} s user, ${run.system.toFixed(1)} s system, ${run.wall.toFixed(1)} s wall, ` +
          `${run.architectures} architectures, ${run.genotype}`,
      );
    }
  }
  return runs;
}

function report(sides, runs) {
  console.log(
    `${''.padEnd(36)}user s${''.padEnd(22)}wall s${''.padEnd(22)}0.2.1 / it: user s, wall s, user s an architecture`,
  );
  const [first] = runs;
  for (const [index, { name }] of sides.entries()) {
    const each = (key) => runs[index].map((run) => run[key]);
    const ratio = (key) => geometricMean(runs[index].map((run, at) => first[at][key] / run[key])).toFixed(2);
    const cells = [spread(each('user'), 1), spread(each('wall'), 1)].map((cell) => cell.padEnd(28));
    console.log(`  ${name.padEnd(34)}${cells.join('')}${['user', 'wall', 'userEach'].map(ratio).join(', ')}`);
  }
}

/** Whether this version proposes and answers what the release did, when it is given the release's scores. */
async function compareProposals([released], options) {
  for (const run of released) {
    const { turns, difference } = await replayWithUs(run, options);
    console.log(
      `  seed ${run.seed}, given the scores of 0.2.1: ${difference ?? `the same proposals in all ${turns} turns, and the same answer`}`,
    );
  }
}

/** The paper's search by the plain loop, from the time of a step of random architectures in the paper's size. */
async function project(runs, options) {
  const seconds = timePlainLoop(options);
  const whole = seconds * STEPS_OF_PAPER;
  console.log(
    `The plain loop takes ${(1000 * seconds).toFixed(0)} ms of the core for a step in the paper's size (mean of ${options.architectures} random architectures): ` +
      `${whole.toFixed(0)} s for the paper's search of ${STEPS_OF_PAPER} steps`,
  );
  for (const [index, name] of ['its search', 'the default search'].entries()) {
    const each = runs[index + 1].map(({ user, system }) => whole / (user + system));
    console.log(`  ${name}: ${spread(each, 0)} times cheaper`);
  }
}
