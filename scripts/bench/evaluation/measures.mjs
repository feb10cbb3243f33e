// Measures a step of an evaluation with and without each measure. Each variant is a process; they take turns.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../../../dist/sidecar/process/find-python.js';
import { drawGenotypes } from '../draw.mjs';
import { PACKAGES } from '../python-program.mjs';
import { geometricMean, median, spread } from '../statistics.mjs';
import { MEMORY, measure, Way } from './way.mjs';

const program = fileURLToPath(new URL('steps.py', import.meta.url));
const nowhere = mkdtempSync(join(tmpdir(), 'rminas-bench-'));
process.once('exit', () => rmSync(nowhere, { recursive: true }));
const NO_COMPILER = { CC: 'no-compiler', RMINAS_HOME: nowhere };

const WAYS = [
  { name: 'plain', args: ['--plain'], env: {} },
  { name: 'compiled', args: ['--compiled'], env: MEMORY },
  { name: 'fast', args: [], env: MEMORY },
  { name: 'fast, without the C functions', args: [], env: { ...MEMORY, ...NO_COMPILER } },
  { name: 'fast, without fused cells', args: ['--without', 'fusion'], env: MEMORY },
  { name: 'fast, without our SGD', args: ['--without', 'sgd'], env: MEMORY },
  { name: "fast, teacher's Gram at each step", args: ['--without', 'teacher'], env: MEMORY },
  { name: 'fast, without huge pages', args: [], env: {} },
  { name: 'fast, bf16', args: ['--precision', 'bf16'], env: MEMORY },
];
/** Synaptic flow and FLOPs of a candidate: a step is one measurement. */
const SCREENING = [
  { name: 'compiled', args: ['--screening', '--compiled'], env: MEMORY },
  { name: 'modules', args: ['--screening'], env: MEMORY },
];

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      channels: { type: 'string', default: '16' },
      batch: { type: 'string', default: '32' },
      ways: { type: 'string' },
      screening: { type: 'boolean', default: false },
    },
  });
  const size = values.quick ? { architectures: 6, rounds: 1, steps: 3 } : { architectures: 20, rounds: 2, steps: 4 };
  // As drawn: the plain variant also computes edges without effect.
  const genotypes = drawGenotypes('nas-bench-201', Number(values.seed), size.architectures);
  console.log(
    `A step of ${values.screening ? 'the screening' : 'an evaluation'}: ${genotypes.length} random architectures, C=${values.channels}, N=5, batch ${values.batch}, 32x32, one thread, ` +
      `${size.rounds} x ${size.steps} steps; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
  );
  const python = await findPython();
  const sizes = ['--channels', values.channels, '--batch', values.batch];
  const ways = waysOf(values).map((way) => ({
    ...way,
    process: new Way(python, { args: [program, ...way.args, ...sizes], env: { ...way.env, PYTHONPATH: PACKAGES } }),
  }));
  report(await measure(ways, genotypes, size, median));
  for (const { process } of ways) await process.close();
}

/** The ways to compare: all, or those of a list of names. */
function waysOf({ ways, screening }) {
  const wanted = ways?.split(',');
  return (screening ? SCREENING : WAYS).filter(({ name }) => wanted?.includes(name) ?? true);
}

function report(ways) {
  const [first] = ways;
  console.log(`${''.padEnd(36)}ms a step${''.padEnd(12)}it / ${first.name.padEnd(10)}      MiB`);
  for (const { name, each, peak } of ways) {
    const ratio = (a, b) => geometricMean(a.map((value, at) => value / b[at])).toFixed(2);
    const milliseconds = spread(
      each.map((value) => 1000 * value),
      0,
    );
    console.log(
      `  ${name.padEnd(34)}${milliseconds.padEnd(26)}${ratio(each, first.each).padStart(10)}${peak.toFixed(0).padStart(9)}`,
    );
  }
}
