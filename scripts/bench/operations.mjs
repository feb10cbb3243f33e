// Measures each operation of a compiled step: its time, and the share of the processor's peak that its multiply-adds are.
// With --beside DIR: the same with the Python package of another checkout. Both are processes that take turns.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { drawGenotypes } from './draw.mjs';
import { argumentsOf, CASES } from './evaluation/cases.mjs';
import { peakOf } from './evaluation/peak.mjs';
import { MEMORY, Way } from './evaluation/way.mjs';
import { PACKAGES } from './python-program.mjs';

const TIMES = fileURLToPath(new URL('evaluation/operation_times.py', import.meta.url));
const ROUNDS = 2;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      case: { type: 'string', default: 'macro' },
      genotype: { type: 'string' },
      seed: { type: 'string', default: '1' },
      repetitions: { type: 'string', default: '10' },
      sizes: { type: 'boolean', default: false },
      beside: { type: 'string' },
    },
  });
  const options = CASES[values.case];
  if (!options) throw new Error(`There is no case '${values.case}'. Cases: ${Object.keys(CASES).join(', ')}.`);
  const folder = mkdtempSync(join(tmpdir(), 'rminas-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const peak = peakOf({}, folder);
  const genotype = values.genotype ?? drawGenotypes(options.space, Number(values.seed), 1)[0];
  const packages = [PACKAGES, ...(values.beside ? [resolve(values.beside, 'python')] : [])];
  const python = await findPython();
  const ways = packages.map(
    (folder) => new Way(python, { args: [TIMES, ...argumentsOf(options)], env: { ...MEMORY, PYTHONPATH: folder } }),
  );
  const request = { genotype, repetitions: Number(values.repetitions) };
  const least = [];
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [at, way] of ways.entries()) least[at] = leastOf(least[at], await way.ask(request));
  for (const way of ways) await way.close();
  console.log(
    `A step of ${genotype}, ${values.case}: CPU milliseconds of each operation, the least of ${ROUNDS * request.repetitions}; ` +
      `${cpus()[0].model}, peak ${peak?.toFixed(0) ?? '?'}e9 multiply-adds a second, load ${loadavg()[0].toFixed(0)}`,
  );
  report(
    least.map((operations) => grouped(operations, values.sizes)),
    peak,
  );
}

/** The operations with the lesser of two times each. */
function leastOf(before, operations) {
  if (!before) return operations;
  return operations.map((each, at) => ({ ...each, seconds: Math.min(each.seconds, before[at].seconds) }));
}

/** Seconds and multiply-adds of each kind; with `sizes`, of each kind and size. */
function grouped(operations, sizes) {
  const groups = new Map([['all', { seconds: 0, multiplyAdds: 0 }]]);
  for (const operation of operations)
    for (const name of ['all', nameOf(operation, sizes)]) {
      const { seconds, multiplyAdds } = groups.get(name) ?? { seconds: 0, multiplyAdds: 0 };
      groups.set(name, {
        seconds: seconds + operation.seconds,
        multiplyAdds: multiplyAdds + operation.multiplyAdds,
      });
    }
  return groups;
}

function nameOf({ kind, height, width, inputs, outputs, side, stride }, sizes) {
  if (!sizes || !height) return kind;
  return `${kind} ${height}x${width}, ${inputs} to ${outputs}, kernel ${side}, stride ${stride}`;
}

/** A line for each group. Shares of the peak count multiply-adds by zeros, also where they are skipped. */
function report(sides, peak) {
  const [first] = sides;
  const width = Math.max(...[...first.keys()].map((name) => name.length));
  for (const name of first.keys()) {
    const figures = sides.map((side) => side.get(name) ?? { seconds: Number.NaN, multiplyAdds: 0 });
    const each = figures.map(({ seconds }) => (1000 * seconds).toFixed(2).padStart(8)).join('');
    const [{ seconds, multiplyAdds }] = figures;
    const share = peak && multiplyAdds && name !== 'all' ? (multiplyAdds / seconds / peak / 1e9).toFixed(2) : '';
    console.log(`  ${name.padEnd(width)}${each} ms  ${share}`);
  }
}
