import { locateAssets } from '../../../dist/assets/locate.js';
import { BUILT_IN } from '../../../dist/catalogue/built-in.js';
import { startPreparedSidecar } from '../../../dist/evaluators/prepared-sidecar.js';
import { createRandom } from '../../../dist/random/random.js';
import { evaluationSeed } from '../../../dist/search/recording.js';
import { geometricMean, median, spread } from '../statistics.mjs';
import { PlainLoop } from './plain.mjs';
import { planOf } from './sides.mjs';

const ARCHITECTURES = 20;
const ROUNDS = 3;
/**
 * Evaluates the same architectures by the plain loop and by ours, in turn, on one thread each. The plain loop makes only
 * as many updates as ours, one fewer than losses: an extra update weighs more in 8 steps than in the 151 of a search.
 * @param steps losses observed in an evaluation; the fewer steps, the more the start of an evaluation weighs
 */
export async function compareEvaluations({ size, python, data, seed, steps, arithmetic }) {
  const { config, plan } = await planOf(
    { file: size.file, overrides: [...size.paper, 'OPTIM.MAX_EPOCH', String(steps - 1)] },
    seed,
    { arithmetic, futility: false, workers: 1, threads: 1 },
  );
  const signal = new AbortController().signal;
  const working = await startPreparedSidecar({
    config,
    plan,
    data,
    workers: 1,
    python,
    signal,
    notify: () => {},
    onPrepared: () => {},
  });
  const { specification } = plan;
  const assets = await locateAssets(specification, config, { data });
  const { device } = plan.settings;
  const plain = { python, threads: 1, device, specification, assets, batch: working.prepared.batch.digest };
  const contenders = [
    { name: 'plain', loop: await PlainLoop.start(plain) },
    ...(process.env.XNAS_HOME ? [{ name: 'XNAS', loop: await PlainLoop.start({ ...plain, originals: true }) }] : []),
  ].map(({ name, loop }) => ({
    name,
    evaluate: (request) => loop.evaluate({ ...request, updates: specification.steps - 1 }),
    close: () => loop.close(),
  }));
  contenders.push({
    name: 'ours',
    evaluate: (request) => working.sidecar.request('evaluate', { digest: working.resolved.digest, ...request }),
    close: () => working.sidecar.close(),
  });
  const times = await measure(contenders, requestsOf(specification, seed));
  await Promise.all(contenders.map(({ close }) => close()));
  report(times, specification, working.sidecar.hello.device);
}

function requestsOf({ space: name }, seed) {
  const space = BUILT_IN.spaces.find(name).space;
  const random = createRandom(seed, 'bench', 0);
  const genotypes = new Set();
  while (genotypes.size < ARCHITECTURES) genotypes.add(space.print(space.canonical(space.sample(random))));
  return [...genotypes].map((genotype) => ({ genotype, seed: evaluationSeed(seed, genotype) }));
}

/** Seconds by contender, architecture and round. */
async function measure(contenders, requests) {
  const [first] = requests;
  // The first evaluation starts threads and allocates memory, so it is not timed.
  for (const { evaluate } of contenders) await evaluate(first);
  const times = new Map(contenders.map(({ name }) => [name, requests.map(() => [])]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, request] of requests.entries()) {
      for (const { name, evaluate } of contenders) {
        const began = performance.now();
        await evaluate(request);
        times.get(name)[index].push((performance.now() - began) / 1000);
      }
    }
  }
  return times;
}

function report(times, { network, batch, steps }, device) {
  const { channels, cells, resolution } = network;
  console.log(
    `An evaluation: ${ARCHITECTURES} random architectures, C=${channels}, N=${cells}, batch ${batch.size}, ` +
      `${resolution}x${resolution}, ${steps} steps, float32, one thread each, ${device}, in turn, ${ROUNDS} rounds`,
  );
  for (const [name, architectures] of times) {
    const perStep = architectures.map((seconds) => median(seconds) / steps);
    console.log(`  ${`${name}, s a step:`.padEnd(30)}${spread(perStep, 3)}`);
  }
  const ours = times.get('ours');
  for (const [name, architectures] of times) {
    if (name === 'ours') continue;
    const ratios = Array.from({ length: ROUNDS }, (_, round) =>
      architectures.map((seconds, index) => seconds[round] / ours[index][round]),
    );
    const each = architectures.map((seconds, index) => median(seconds) / median(ours[index]));
    console.log(
      `  ${`${name} / ours, geometric mean:`.padEnd(30)}${spread(ratios.map(geometricMean))} over the rounds`,
    );
    console.log(`  ${`${name} / ours, architectures:`.padEnd(30)}${spread(each)}`);
  }
}
