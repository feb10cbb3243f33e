// Measures a step of an evaluation beside release 0.2.1, for each space that is compiled. Each side is a process; they take turns.
// With --measures: the same with and without each measure of the arithmetic `fast`, or of the screening.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { drawGenotypes } from './draw.mjs';
import { argumentsOf, CASES } from './evaluation/cases.mjs';
import { peakOf } from './evaluation/peak.mjs';
import { MEMORY, measure, Way } from './evaluation/way.mjs';
import { PACKAGES } from './python-program.mjs';
import { RELEASE } from './release.mjs';
import { geometricMean, spread } from './statistics.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STEPS = fileURLToPath(new URL('evaluation/release_steps.py', import.meta.url));
/** Forward pass, and the gradients of images and of weights. */
const PASSES = 3;

const SIDES = ['native', 'avx2', 'no compiler', '2 threads'];

export async function run(args) {
  if (args[0] === '--measures') return (await import('./evaluation/measures.mjs')).run(args.slice(1));
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      cases: { type: 'string', default: Object.keys(CASES).join(',') },
      sides: { type: 'string', default: SIDES.join(',') },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'rminas-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const size = values.quick ? { architectures: 3, rounds: 1, steps: 3 } : { architectures: 6, rounds: 2, steps: 3 };
  const release = unpackRelease(folder);
  console.log(
    `A step of an evaluation beside 0.2.1: CPU milliseconds, the least of ${size.rounds * size.steps} steps, of ${size.architectures} random architectures, 32x32; ${cpus()[0].model}`,
  );
  for (const side of values.sides.split(',')) {
    const environment = environmentOf(side, folder);
    const peak = peakOf(environment, folder);
    console.log(
      `\n${side}: the peak is ${peak === null ? 'not known' : `${peak.toFixed(0)}e9 multiply-adds a second`}`,
    );
    for (const name of values.cases.split(','))
      await compare(name, { side, environment, peak, release, size, seed: Number(values.seed) });
  }
}

async function compare(name, { side, environment, peak, release, size, seed }) {
  const { space, batch } = CASES[name];
  const python = await findPython();
  const threads = side === '2 threads' ? 2 : 1;
  const args = [STEPS, ...argumentsOf({ ...CASES[name], threads })];
  const env = { ...MEMORY, ...environment, OMP_NUM_THREADS: String(threads) };
  const ways = [
    {
      name: 'compiled',
      process: new Way(python, { args: [...args, '--compiled'], env: { ...env, PYTHONPATH: PACKAGES } }),
    },
    { name: '0.2.1', process: new Way(python, { args, env: { ...env, PYTHONPATH: release } }) },
  ];
  const [ours, theirs] = await measure(ways, drawGenotypes(space, seed, size.architectures), size, (steps) =>
    Math.min(...steps),
  );
  for (const { process } of ways) await process.close();
  const ratio = geometricMean(ours.each.map((seconds, index) => theirs.each[index] / seconds));
  const milliseconds = (each) =>
    spread(
      each.map((seconds) => 1000 * seconds),
      1,
    );
  const efficiency = ({ each, answers }) =>
    peak === null
      ? ''
      : `, ${geometricMean(each.map((seconds, index) => (PASSES * batch * answers[index].multiplyAdds) / seconds / peak / 1e9)).toFixed(2)} of the peak`;
  console.log(`  ${name.padEnd(7)} 0.2.1 / compiled ${ratio.toFixed(2)}; load ${loadavg()[0].toFixed(0)}`);
  for (const way of [ours, theirs])
    console.log(
      `    ${way.name.padEnd(9)} ${milliseconds(way.each).padEnd(26)}${way.peak.toFixed(0).padStart(5)} MiB${efficiency(way)}`,
    );
}

/** The Python package of the release, whose C functions are compiled at their first use. */
function unpackRelease(folder) {
  const archive = execFileSync('git', ['archive', RELEASE, 'python/rminas_sidecar'], {
    cwd: ROOT,
    maxBuffer: 1e9,
  });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  return join(folder, 'python');
}

/** What a side changes in the environment. Compiled functions are kept in a folder of its own. */
function environmentOf(side, folder) {
  const home = join(folder, side.replace(' ', '-'));
  mkdirSync(home, { mode: 0o700 });
  const RMINAS_HOME = home;
  if (side === 'no compiler') return { RMINAS_HOME, CC: 'no-compiler' };
  if (side !== 'avx2') return { RMINAS_HOME };
  const compiler = join(home, 'cc');
  writeFileSync(
    compiler,
    '#!/bin/sh\nfor a do shift; [ "$a" = -march=native ] && a=-march=haswell; set -- "$@" "$a"; done\nexec cc "$@"\n',
  );
  chmodSync(compiler, 0o700);
  return {
    RMINAS_HOME,
    CC: compiler,
    ATEN_CPU_CAPABILITY: 'avx2',
    ONEDNN_MAX_CPU_ISA: 'AVX2',
    MKL_ENABLE_INSTRUCTIONS: 'AVX2',
  };
}
