// Measures stacks of candidates on a GPU, and workers that share it, part by part. Each part writes a file, and a part whose file is there is skipped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig, planSearch } from '../../dist/config/index.js';
import { startPreparedSidecar } from '../../dist/evaluators/prepared-sidecar.js';
import { evaluationSeed } from '../../dist/search/recording.js';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { kendall } from '../../dist/statistics/correlation.js';
import { drawGenotypes } from './draw.mjs';

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const configs = fileURLToPath(new URL('../../configs/', import.meta.url));
const ownCopies = fileURLToPath(new URL('./own_copies.py', import.meta.url));
const SEED = 1;
const FULL = {
  device: 'cuda',
  paper: { file: 'nas-bench-201-cifar10.yaml', overrides: [] },
  aggregate: { file: 'nas-bench-201-cifar10-aggregate.yaml', overrides: [] },
  steps: 50,
  lanes: [1, 8, 32],
  candidates: { 1: 8, 8: 32, 32: 64 },
  images: 1024,
};
/** Tiny networks and searches: shows that every part works, and measures nothing. */
const TINY = ['RMINAS.CHANNELS', '4', 'RMINAS.CELLS', '1', 'OPTIM.MAX_EPOCH', '3', 'RMINAS.RF_WARMUP', '6'];
const TINY_SEARCH = [...TINY, 'RMINAS.RF_SUCC', '1', 'RMINAS.RF_THRESRATE', '0.5', 'RMINAS.MAX_EVALUATIONS', '8'];
const AGGREGATE = 'cka 1 synflow 0.5';
const REHEARSAL = {
  device: 'cpu',
  paper: { file: 'quickstart.yaml', overrides: TINY_SEARCH },
  aggregate: {
    file: 'quickstart.yaml',
    overrides: [...TINY_SEARCH, 'RMINAS.OBJECTIVE', 'aggregate', 'RMINAS.AGGREGATE', AGGREGATE],
  },
  steps: 3,
  lanes: [1, 2],
  candidates: { 1: 2, 2: 4 },
  images: 32,
};
/** Seconds that a part may take on a GPU, with the start of its processes; together five and a half minutes. */
const LIMITS = { first: 40, lanes: 25, tf32: 30, fast: 45, shared: 60, paper: 75, aggregate: 30 };
const PATIENCE = 10;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string', default: process.env.RMINAS_TEST_DATA },
      out: { type: 'string', default: 'bench-cuda' },
      parts: { type: 'string' },
      rehearse: { type: 'boolean', default: false },
    },
  });
  const python = await findPython();
  const rehearsal = values.rehearse || !(await hasGpu(python));
  const bench = { ...(rehearsal ? REHEARSAL : FULL), python, data: values.data ?? null, out: values.out };
  // A rehearsal may meet a slow machine.
  bench.patience = rehearsal ? PATIENCE : 1;
  mkdirSync(values.out, { recursive: true });
  console.log(
    `${rehearsal ? 'A rehearsal on the CPU with tiny networks; its seconds mean nothing' : 'Stacks on CUDA'}: ` +
      `${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}; results in ${values.out}`,
  );
  const wanted = values.parts?.split(',');
  for (const [name, measure] of Object.entries(partsOf(bench))) {
    if (wanted?.includes(name) ?? true) await finishPart(join(values.out, `${name}.json`), name, rehearsal, measure);
  }
}

/** Prints the result of a part, measured now or by an earlier run of the same kind. */
async function finishPart(file, name, rehearsal, measure) {
  let result = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  if (result?.rehearsal !== rehearsal) {
    try {
      result = { rehearsal, ...(await measure()) };
    } catch (error) {
      console.log(`  ${name.padEnd(12)} failed: ${error.message}`);
      process.exitCode = 1;
      return;
    }
    writeFileSync(`${file}.new`, `${JSON.stringify(result, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
  const shown = Object.entries(result).filter(([key, value]) => key !== 'rehearsal' && !Array.isArray(value));
  console.log(`  ${name.padEnd(12)} ${shown.map(([key, value]) => `${key} ${value}`).join(', ')}`);
}

function partsOf(bench) {
  const most = bench.lanes.at(-1);
  const lanes = bench.lanes.map((count, at) => [
    `lanes-${count}`,
    // The first part reads torch from a cold disk, and compiles the kernels.
    () => trainMany(bench, { lanes: count, count: bench.candidates[count], limit: LIMITS[at ? 'lanes' : 'first'] }),
  ]);
  // The architectures of the largest stack, so that their losses can be compared.
  const ranked = { count: bench.candidates[most] };
  return {
    ...Object.fromEntries(lanes),
    tf32: () => trainMany(bench, { ...ranked, lanes: most, precision: 'tf32', limit: LIMITS.tf32 }),
    fast: () => trainMany(bench, { ...ranked, arithmetic: 'fast', limit: LIMITS.fast }),
    ranking: () => compareRankings(bench),
    shared: () => shareDevice(bench),
    paper: () => searchWhole(bench, bench.paper, LIMITS.paper * bench.patience),
    aggregate: () => searchWhole(bench, bench.aggregate, LIMITS.aggregate * bench.patience),
  };
}

/** Trains random architectures through a sidecar. The first training is not counted: it compiles and records. */
async function trainMany(bench, { count, ...options }) {
  const { lanes = 1, arithmetic = 'stacked', precision = 'float32', workers = 1, more = [], limit } = options;
  const overrides = [
    ...[...bench.paper.overrides, 'OPTIM.MAX_EPOCH', bench.steps, 'RMINAS.BACKEND', 'native'],
    ...['RMINAS.ARITHMETIC', arithmetic, 'RMINAS.PRECISION', precision, 'RMINAS.STACK', lanes],
    ...['RMINAS.DEVICE', bench.device, 'RMINAS.THREADS', 1, ...more],
  ];
  const config = await loadConfig({ file: `${configs}${bench.paper.file}`, overrides: overrides.map(String) });
  const signal = AbortSignal.timeout(1000 * limit * bench.patience);
  const { sidecar, resolved } = await startPreparedSidecar({
    ...{ config, plan: planSearch(config), data: bench.data, python: bench.python, signal, workers },
    ...{ notify: (text) => console.error(text), onPrepared: () => {} },
  });
  const evaluate = (genotype, further = {}) => {
    const body = { digest: resolved.digest, genotype, seed: evaluationSeed(SEED, genotype), ...further };
    return sidecar.request('evaluate', body, { signal });
  };
  try {
    const mebibytes = await usedMemory(bench, signal);
    const genotypes = drawGenotypes('nas-bench-201', SEED, count + 1, { canonical: true });
    await evaluate(genotypes.pop(), { bounds: [{ step: 2, loss: -1 }] });
    const began = performance.now();
    const evaluations = await Promise.all(genotypes.map((genotype) => evaluate(genotype)));
    const seconds = (performance.now() - began) / 1000;
    const steps = evaluations.reduce((sum, { steps }) => sum + steps, 0);
    return {
      ...{ lanes, arithmetic, precision, candidates: count, steps, seconds, mebibytes },
      secondsEach: seconds / count,
      millisecondsAStep: (1000 * seconds) / steps,
      device: sidecar.hello.device,
      losses: evaluations.map(({ loss }) => loss),
    };
  } finally {
    await sidecar.close();
  }
}

/** Two workers with one copy of a large batch on the GPU, beside one worker, and beside two with a copy each. */
async function shareDevice(bench) {
  const common = { arithmetic: 'fast', count: bench.candidates[1], limit: LIMITS.shared / 3 };
  const large = ['LOADER.BATCH_SIZE', bench.images, 'OPTIM.MAX_EPOCH', Math.min(bench.steps, 10)];
  const alone = await trainMany(bench, { ...common, more: large });
  const shared = await trainMany(bench, { ...common, more: large, workers: 2 });
  const apart = await trainMany(bench, {
    ...common,
    more: [...large, 'RMINAS.PLUGINS', `["${ownCopies}"]`],
    workers: 2,
  });
  for (const { losses } of [shared, apart])
    if (JSON.stringify(losses) !== JSON.stringify(alone.losses)) throw new Error('Two workers score unlike one.');
  return {
    ...{ images: bench.images, scores: 'equal to the last bit', device: shared.device },
    mebibytesOfOneWorker: alone.mebibytes,
    mebibytesOfTwoWithOneCopy: shared.mebibytes,
    mebibytesOfTwoWithTwoCopies: apart.mebibytes,
    losses: shared.losses,
  };
}

/** What all processes hold of the GPU's memory, and the context of the process that looks; null on a CPU. */
async function usedMemory({ device, python }, signal) {
  if (device === 'cpu') return null;
  const code = 'import torch; free, total = torch.cuda.mem_get_info(); print((total - free) / 2**20)';
  return Number(await outputOf(python, ['-c', code], signal));
}

/**
 * Kendall's tau between the losses by float32 and by TF32, and beside it that of other orders of summation: from the
 * files of the other parts.
 */
async function compareRankings({ lanes, out }) {
  const [float32, tf32, fast] = [`lanes-${lanes.at(-1)}`, 'tf32', 'fast'].map(
    (part) => JSON.parse(readFileSync(join(out, `${part}.json`), 'utf8')).losses,
  );
  const beside = (other) => {
    const both = float32.map((_, at) => at).filter((at) => float32[at] !== null && other[at] !== null);
    return kendall(
      both.map((at) => float32[at]),
      both.map((at) => other[at]),
    );
  };
  return { tauOfTf32: beside(tf32), tauOfFast: beside(fast), architectures: float32.length };
}

/** A whole search by the command, with one worker. */
async function searchWhole(bench, { file, overrides }, limit) {
  const lanes = String(bench.lanes.at(-1));
  const args = [
    ...[program, 'search', '--cfg', `${configs}${file}`, '--json', '--no-cache', '--workers', '1', '--seed', `${SEED}`],
    ...[...(bench.data ? ['--data', bench.data] : []), '--out', join(bench.out, 'runs'), '--device', bench.device],
    ...[...overrides, 'RMINAS.BACKEND', 'native', 'RMINAS.ARITHMETIC', 'stacked'],
    ...['RMINAS.STACK', lanes, 'RMINAS.PROPOSALS', lanes],
  ];
  const began = performance.now();
  const signal = AbortSignal.timeout(1000 * limit);
  const { genotype, cost } = JSON.parse(await outputOf(process.execPath, args, signal));
  return { seconds: (performance.now() - began) / 1000, lanes: Number(lanes), genotype, evaluations: cost.evaluations };
}

/** What a command prints, until a signal ends it. */
async function outputOf(command, args, signal) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  const [code] = await once(child, 'close').catch((cause) => {
    throw new Error(`${command} took longer than its part may.`, { cause });
  });
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}.`);
  return text;
}

async function hasGpu(python) {
  const code = 'import sys, torch; sys.exit(not torch.cuda.is_available())';
  const child = spawn(python, ['-c', code], { stdio: 'ignore' });
  return (await new Promise((resolve) => child.once('close', resolve))) === 0;
}
