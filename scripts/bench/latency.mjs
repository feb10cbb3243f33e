// Measures the latencies of some networks again and again, and prints how far the measurements of one network differ.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { planSearch } from '../../dist/config/index.js';
import { createSidecarCosts } from '../../dist/evaluators/costs.js';
import { startWithoutBatch } from '../../dist/evaluators/prepared-sidecar.js';
import { loadConfigWithPlugins } from '../../dist/plugins/loader.js';
import { createRandom } from '../../dist/random/random.js';
import { drawDistinct, take } from '../../dist/strategies/draw.js';

const signal = new AbortController().signal;

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      cfg: { type: 'string', default: 'quickstart' },
      networks: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const config = await loadConfigWithPlugins({ file: values.cfg, overrides: positionals });
  const plan = planSearch(config);
  const quiet = { signal, notify: console.error, onPrepared: () => {} };
  const started = await startWithoutBatch({ config, plan, data: null, python: undefined, workers: 1, ...quiet }, 1);
  try {
    // Without the cache, every measurement is a new one.
    const find = createSidecarCosts(started, { cacheLimit: 0, notify: console.error, signal });
    const { space } = plan.definitions.space;
    const drawn = take(drawDistinct(space, createRandom(1, 'latency', 0)), Number(values.networks));
    const genotypes = drawn.map((encoding) => space.print(space.canonical(encoding)));
    const machine = `${availableParallelism()} cores (${cpus()[0].model}), ${started.sidecar.hello.device}`;
    console.log(`Latencies of ${genotypes.length} networks, ${values.rounds} rounds: ${values.cfg}, ${machine}`);
    report(genotypes, await measureRounds(find, genotypes, Number(values.rounds)));
  } finally {
    await started.sidecar.close();
  }
}

/** Networks are measured in turn, so that a slow minute of the machine meets all of them. */
async function measureRounds(find, genotypes, rounds) {
  const measured = genotypes.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const costs = await find(genotypes, ['latency']);
    for (const [index, { latency }] of costs.entries()) measured[index].push(latency);
    console.error(`round ${round + 1}, load ${loadavg()[0].toFixed(1)}`);
  }
  return measured;
}

function report(genotypes, measured) {
  let widest = 0;
  for (const [index, latencies] of measured.entries()) {
    const [low, high] = [Math.min(...latencies), Math.max(...latencies)];
    widest = Math.max(widest, high / low - 1);
    console.log(`${low.toFixed(3)} to ${high.toFixed(3)} ms (${percent(high / low - 1)})  ${genotypes[index]}`);
  }
  console.log(`Measurements of one network differ by ${percent(widest)} at most.`);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
