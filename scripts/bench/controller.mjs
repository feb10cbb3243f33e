// Times the whole path of an evaluation, from its proposal to its durable result, in searches whose evaluator answers at once.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { search } from '../../dist/index.js';
import { createRandom } from '../../dist/random/random.js';
import { createSlotSpace } from '../../dist/spaces/slots/space.js';
import { median } from './statistics.mjs';

const STRATEGIES = ['random', 'regularized-evolution', 'local-search', 'reinforce', 'linear-thompson'];
/** A space that is too large to repeat architectures. */
const CHOICES = ['a', 'b', 'c', 'd', 'e', 'f'];
const SLOTS = Array.from({ length: 10 }, (_, slot) => ({ name: `slot${slot}`, choices: CHOICES }));

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      evaluations: { type: 'string', default: '3000' },
      strategies: { type: 'string', default: STRATEGIES.join(',') },
      folder: { type: 'string', default: tmpdir() },
      parts: { type: 'string', default: '4' },
    },
  });
  const folder = mkdtempSync(join(values.folder, 'rminas-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [evaluations, parts] = [Number(values.evaluations), Number(values.parts)];
  console.log(`${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}; a folder of ${values.folder}`);
  console.log('One proposal a turn. Milliseconds an evaluation: of the processor (as the clock has it).');
  console.log('Append: milliseconds of an append that reaches the disk, the median before and after the search.');
  const ends = Array.from({ length: parts }, (_, part) => Math.round(((part + 1) * evaluations) / parts));
  console.log(['strategy'.padEnd(24), ...ends.map((end) => `to ${end}`.padEnd(16)), 'append'].join(''));
  for (const strategy of values.strategies.split(',')) {
    const before = appendMs(folder, 300);
    const cells = await timeSearch(strategy, ends, join(folder, strategy));
    const appends = `${before.toFixed(2)}, ${appendMs(folder, 300).toFixed(2)}`;
    console.log([strategy.padEnd(24), ...cells.map((cell) => cell.padEnd(16)), appends].join(''));
  }
}

/** The bound of a turn, which waits for one durable line. */
function appendMs(folder, times) {
  const descriptor = openSync(join(folder, 'appended'), 'a');
  const taken = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    writeSync(descriptor, `${'x'.repeat(300)}\n`);
    fdatasyncSync(descriptor);
    taken.push(performance.now() - began);
  }
  closeSync(descriptor);
  return median(taken);
}

/** @param ends of the parts that are timed, in evaluations */
async function timeSearch(strategy, ends, folder) {
  const space = createSlotSpace({ name: 'ten-slots', slots: SLOTS });
  const evaluator = { name: 'instant', capacity: 1, evaluate: async ({ genotype, seed }) => lossOf(genotype, seed) };
  const overrides = ['RMINAS.STRATEGY', strategy, 'RMINAS.MAX_EVALUATIONS', `${ends.at(-1)}`, 'RMINAS.RF_WARMUP', '20'];
  const cells = [];
  let [done, from, cpu, clock] = [0, 0, process.cpuUsage(), performance.now()];
  for await (const { type } of search({ space, evaluator, overrides, folder })) {
    if (type !== 'observed') continue;
    done += 1;
    if (done !== ends[cells.length]) continue;
    const { user, system } = process.cpuUsage(cpu);
    const count = done - from;
    cells.push(`${((user + system) / 1000 / count).toFixed(2)} (${((performance.now() - clock) / count).toFixed(2)})`);
    [from, cpu, clock] = [done, process.cpuUsage(), performance.now()];
  }
  return cells;
}

function lossOf(genotype, seed) {
  const loss = createRandom(seed, genotype, 0).below(1e6) / 1e6;
  return { evaluation: { loss, curve: [loss], cka: [], crossEntropy: null, steps: 1, seconds: 0 } };
}
