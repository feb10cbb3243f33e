// Measures the overhead around trainings: start, controller and transport, a forest turn, memory.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { locateAssets } from '../../dist/assets/locate.js';
import { BUILT_IN } from '../../dist/catalogue/built-in.js';
import { loadConfig, planSearch, specificationDigest } from '../../dist/config/index.js';
import { createTrainingEvaluator } from '../../dist/evaluators/training.js';
import { RMI } from '../../dist/objectives/rmi.js';
import { createRandom, derivedSeed } from '../../dist/random/random.js';
import { searchSpace } from '../../dist/search/controller.js';
import { Sidecar } from '../../dist/sidecar/client.js';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { JournalWriter } from '../../dist/store/journal-file.js';
import { createForest } from '../../dist/strategies/forest.js';
import { drawGenotypes } from './draw.mjs';
import { familyOf, peakOf, processorSecondsOf } from './processes.mjs';
import { median, spread } from './statistics.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Prints the processor seconds of a process that imports torch and ends. */
const BARE_IMPORT = `import resource, subprocess, sys
subprocess.run([sys.executable, "-c", "import torch"], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)`;
/** Losses that an evaluation on CIFAR-10 observes. */
const STEPS = 3;
const HEAVIEST = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const space = BUILT_IN.spaces.find('nas-bench-201').space;

/** Measurements by name. Those that need data are left out without it. */
const PARTS = {
  start: ({ python, repetitions }) => start(python, repetitions),
  first: ({ python, repetitions, data }) => data && firstEvaluation(python, data, repetitions),
  controller: () => evaluations(),
  forest: ({ python, repetitions }) => forestTurns(python, 10 * repetitions),
  memory: ({ python, data }) => data && memory(python, data),
};

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      repetitions: { type: 'string', default: '5' },
      parts: { type: 'string', default: Object.keys(PARTS).join() },
    },
  });
  const python = await findPython();
  const repetitions = Number(values.repetitions);
  const data = values.data ?? process.env.RMINAS_TEST_DATA;
  for (const name of values.parts.split(',')) {
    if (!(name in PARTS)) throw new Error(`Expected a part of ${Object.keys(PARTS)}, got '${name}'.`);
    await PARTS[name]({ python, repetitions, data });
  }
  if (!data)
    console.log('on CIFAR-10:                      not measured: give --data with the data set and the teacher');
}

/** Seconds until a sidecar is ready, in turn with the import of torch, which it needs. */
async function start(python, repetitions) {
  const ready = [];
  const bare = [];
  for (let i = 0; i < repetitions; i += 1) {
    let began = performance.now();
    spawnSync(python, ['-c', 'import torch']);
    bare.push((performance.now() - began) / 1000);
    began = performance.now();
    const sidecar = await Sidecar.start({ python, workers: 1, threads: 1 });
    ready.push((performance.now() - began) / 1000);
    await sidecar.close();
  }
  console.log(`start to ready, s:                ${spread(ready)}; bare import torch ${spread(bare)}`);
  console.log(`  bound 1.5 x import + 1 s:       ${(1.5 * median(bare) + 1).toFixed(2)}`);
}

/** The controller, the transport and the journal, with a sidecar that answers immediately. */
async function evaluations() {
  const count = 1000;
  const python = await findPython();
  const program = join(root, 'scripts/bench/instant_sidecar.py');
  const sidecar = await Sidecar.start({ python, workers: 1, command: [python, program] });
  const folder = await mkdtemp(join(tmpdir(), 'rminas-bench-'));
  // Duplicates are not evaluated, so the search proposes more architectures than are counted.
  const most = 2 * count;
  const settings = {
    warmup: most,
    thresholdRate: 0.05,
    successes: 1,
    candidates: 10,
    answer: 'vote',
    vote: 'sum',
    edgeRank: 'operation-index',
    voters: 50,
    futility: false,
    cap: most,
    seed: 1,
  };
  const signal = new AbortController().signal;
  const evaluator = createTrainingEvaluator({ sidecar, digest: '0'.repeat(64), capacity: 1, signal });
  const strategy = createForest({ space, settings, surrogate: async ({ candidates }) => candidates.map(() => 0) });
  // Each process computes the isomorphism classes once, regardless of the number of evaluations.
  space.canonical(space.parse('|none~0|+|none~0|none~1|+|none~0|none~1|none~2|'));
  const journal = new JournalWriter(join(folder, 'journal.jsonl'));
  let journalled = 0;
  let done = 0;
  const began = performance.now();
  const options = { space, strategy, objective: RMI, evaluator, seed: 1, recorded: [] };
  for await (const { replayed: _, ...event } of searchSpace(options)) {
    if (event.type !== 'evaluated') continue;
    const written = performance.now();
    journal.append(event);
    journalled += performance.now() - written;
    done += 1;
    if (done === count) break;
  }
  const total = performance.now() - began;
  journal.close();
  await sidecar.close();
  await rm(folder, { recursive: true });
  console.log(`controller and transport, ms an evaluation over ${done}: ${((total - journalled) / done).toFixed(2)}`);
  console.log(`  the journal's line on disk:     ${(journalled / done).toFixed(2)}`);
}

/** The request of one guided turn: a fit on 300 architectures and 1,000 candidates. */
async function forestTurns(python, repetitions) {
  const sidecar = await Sidecar.start({ python, workers: 0 });
  const random = createRandom(1, 'bench', 0);
  const draw = (count) => Array.from({ length: count }, () => space.sample(random));
  const turns = [];
  for (let i = 0; i < repetitions; i += 1) {
    const request = {
      features: space.features,
      known: draw(300),
      good: Array.from({ length: 300 }, (_, k) => k % 10 === 0),
      candidates: draw(1000),
    };
    const began = performance.now();
    await sidecar.request('fit', { ...request, trees: space.trees, seed: 1 });
    turns.push(performance.now() - began);
  }
  await sidecar.close();
  console.log(`forest turn, ms:                  ${spread(turns, 1)}`);
}

/**
 * Starts a sidecar with one worker, and prepares the CIFAR-10 configuration.
 * @returns the sidecar, and a function that evaluates an architecture, by default the heaviest, and answers its seconds
 */
async function prepareCifar(python, data) {
  const config = await loadConfig({
    file: join(root, 'configs/nas-bench-201-cifar10.yaml'),
    overrides: ['OPTIM.MAX_EPOCH', `${STEPS}`],
  });
  const { specification } = planSearch(config);
  const assets = await locateAssets(specification, config, { data });
  const digest = specificationDigest(specification);
  const paths = Object.values(assets).filter((path) => path !== null);
  const sidecar = await Sidecar.start({ python, workers: 1, threads: 1, paths });
  await sidecar.request('prepare', { digest, specification, assets });
  const evaluate = async (seed, genotype = HEAVIEST) => {
    const answer = await sidecar.request('evaluate', { digest, genotype, seed: derivedSeed(seed, 'bench', genotype) });
    return answer.seconds;
  };
  return { sidecar, evaluate };
}

/**
 * Seconds from the start to the end of the first evaluation, without those of a second one; in turn with the import.
 * Each repetition evaluates another random architecture, as searches do.
 */
async function firstEvaluation(python, data, repetitions) {
  const [processor, wall] = [
    { first: [], bare: [] },
    { first: [], bare: [] },
  ];
  const processorSeconds = ({ hello }) => familyOf(hello.pid).reduce((sum, pid) => sum + processorSecondsOf(pid), 0);
  for (const genotype of drawGenotypes('nas-bench-201', 1, repetitions, { canonical: true })) {
    let began = performance.now();
    const { stdout } = spawnSync(python, ['-c', BARE_IMPORT], { encoding: 'utf8' });
    wall.bare.push((performance.now() - began) / 1000);
    processor.bare.push(Number(stdout));
    began = performance.now();
    const { sidecar, evaluate } = await prepareCifar(python, data);
    await evaluate(1, genotype);
    const [once, ended] = [processorSeconds(sidecar), performance.now()];
    await evaluate(2, genotype);
    processor.first.push(2 * once - processorSeconds(sidecar));
    wall.first.push((2 * ended - began - performance.now()) / 1000);
    await sidecar.close();
  }
  for (const [name, { first, bare }] of Object.entries({ 'CPU s: ': processor, 'wall s:': wall })) {
    console.log(`to the first evaluation, ${name}  ${spread(first, 2)}; bare import torch ${spread(bare, 2)}`);
    console.log(`  of the import:                  ${(median(first) / median(bare)).toFixed(2)}`);
  }
}

/** Resident memory of the sidecar and its worker at their peak, on the CIFAR-10 configuration. */
async function memory(python, data) {
  const { sidecar, evaluate } = await prepareCifar(python, data);
  const seconds = await evaluate(1);
  const peaks = familyOf(sidecar.hello.pid).map((pid) => peakOf(pid));
  await sidecar.close();
  console.log(
    `peak memory on CIFAR-10, MiB:     ${peaks.reduce((a, b) => a + b, 0).toFixed(0)} = ${peaks.map((mib) => mib.toFixed(0)).join(' + ')}`,
  );
  console.log(`  the heaviest architecture, s a step on one thread: ${(seconds / STEPS).toFixed(3)}`);
}
