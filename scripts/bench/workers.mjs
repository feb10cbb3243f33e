// Measures the gain of several workers: the warm-up of a search by each number of workers and threads.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { BUILT_IN } from '../../dist/catalogue/built-in.js';
import { startPreparedSidecar } from '../../dist/evaluators/prepared-sidecar.js';
import { createTrainingEvaluator } from '../../dist/evaluators/training.js';
import { RMI } from '../../dist/objectives/rmi.js';
import { searchSpace } from '../../dist/search/controller.js';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { forest } from '../../dist/strategies/forest.js';
import { createStrategy } from '../../dist/strategies/index.js';
import { familyOf, peakOf, pinTo, processorSecondsOf } from './processes.mjs';
import { planOf } from './search/sides.mjs';
import { sizeOf } from './search/sizes.mjs';
import { spread } from './statistics.mjs';

const signal = new AbortController().signal;

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      data: { type: 'string', default: process.env.RMINAS_TEST_DATA },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
    },
  });
  const several = Number(values.workers);
  const { file, overrides } = sizeOf({ full: true, data: values.data, overrides: positionals });
  const warmUp = { file, overrides: [...(values.quick ? QUICK : LONG), ...overrides] };
  console.log(
    `A warm-up: ${file} ${warmUp.overrides.join(' ')}, in turn, ${values.rounds} rounds; ` +
      `${availableParallelism()} cores (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}`,
  );
  const common = { warmUp, data: values.data ?? null, python: await findPython(), seed: Number(values.seed) };
  const crews = [];
  try {
    for (const way of waysOf(several)) crews.push(await Crew.start({ ...common, ...way }));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const crew of crews) await crew.warmUp();
      if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1}, load ${loadavg()[0].toFixed(1)} `);
    }
    report(crews);
  } finally {
    for (const crew of crews) await crew.end();
  }
}

const SIZE = ['RMINAS.RF_WARMUP', '20', 'RMINAS.CHANNELS', '16'];
const LONG = [...SIZE, 'RMINAS.CELLS', '5', 'OPTIM.MAX_EPOCH', '20'];
const QUICK = [...SIZE, 'RMINAS.CELLS', '1', 'OPTIM.MAX_EPOCH', '12'];

/** One worker comes first: the others are compared with it. */
function waysOf(several) {
  const ways = [
    { name: 'one worker, one thread', workers: 1, threads: 1 },
    { name: `one worker, ${several} threads`, workers: 1, threads: several },
    { name: `${several} workers, one thread each`, workers: several, threads: 1 },
  ];
  const canPin = process.platform === 'linux' && several <= availableParallelism();
  return canPin
    ? [...ways, { name: `${several} workers, a core each`, workers: several, threads: 1, pinned: true }]
    : ways;
}

/** A sidecar with its workers, and the cost of each of its warm-ups. */
class Crew {
  seconds = [];
  processor = [];

  static async start({ name, workers, threads, pinned = false, warmUp, data, python, seed }) {
    const began = performance.now();
    const { config, plan } = await planOf(warmUp, seed, { arithmetic: 'compiled', futility: false, workers, threads });
    const working = await startPreparedSidecar({
      config,
      plan,
      data,
      workers,
      python,
      signal,
      notify: () => {},
      onPrepared: () => {},
    });
    const ready = (performance.now() - began) / 1000;
    return new Crew({ name, workers, threads, pinned, plan, ready, ...working });
  }

  constructor(parts) {
    Object.assign(this, parts);
    const [server, ...workers] = familyOf(this.sidecar.hello.pid);
    this.pids = { server, workers };
    this.start = workers.map((pid) => ({ processor: processorSecondsOf(pid), memory: peakOf(pid) }));
    if (this.pinned) for (const [core, pid] of workers.entries()) pinTo(core, pid);
  }

  /** Evaluates the first architectures of a search by the controller. */
  async warmUp() {
    const { settings, specification } = this.plan;
    const space = BUILT_IN.spaces.find(specification.space).space;
    const surrogate = () => Promise.reject(new Error('A warm-up does not ask the forest.'));
    const strategy = createStrategy(forest, { space, settings, surrogate });
    const { sidecar, resolved, workers } = this;
    const evaluator = createTrainingEvaluator({ sidecar, digest: resolved.digest, capacity: workers, signal });
    const { seed } = settings;
    const before = this.#processorSeconds();
    const began = performance.now();
    let left = settings.warmup;
    for await (const event of searchSpace({ space, strategy, objective: RMI, evaluator, seed })) {
      if (event.type === 'observed') left -= 1;
      if (left === 0) break;
    }
    this.seconds.push((performance.now() - began) / 1000);
    this.processor.push(this.#processorSeconds() - before);
  }

  async end() {
    await this.sidecar.close();
  }

  #processorSeconds() {
    return this.pids.workers.reduce((sum, pid) => sum + processorSecondsOf(pid), 0);
  }
}

function report(crews) {
  printStarts(crews);
  printWarmUps(crews);
}

/** Prints the cost of each start, until the batch and the teacher's outputs are ready. */
function printStarts(crews) {
  printRow('Until they are ready', ['s', 'CPU s of each worker', 'MiB of each worker']);
  for (const { name, ready, start } of crews) {
    const each = (of) => start.map(of).join(', ');
    printRow(`  ${name}`, [
      ready.toFixed(1),
      each(({ processor }) => processor.toFixed(1)),
      each(({ memory }) => memory.toFixed(0)),
    ]);
  }
}

function printWarmUps(crews) {
  const [one] = crews;
  printRow('The warm-up', ['architectures a minute', 'next to one worker', 'CPU s an architecture', 'of its cores, %']);
  for (const { name, plan, seconds, processor, workers, threads } of crews) {
    const { warmup } = plan.settings;
    const over = (of, digits) => spread(seconds.map(of), digits);
    printRow(`  ${name}`, [
      over((value) => (60 * warmup) / value, 1),
      over((value, round) => one.seconds[round] / value),
      spread(processor.map((value) => value / warmup)),
      over((value, round) => (100 * processor[round]) / (value * workers * threads), 0),
    ]);
  }
}

function printRow(name, cells) {
  console.log(`${name.padEnd(32)}${cells.map((cell) => cell.padStart(26)).join('')}`);
}
