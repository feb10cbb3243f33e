/** Random architectures, and the one whose FLOPs are nearest to those of a given one. */
import { loadConfig, planSearch } from '../../dist/config/index.js';
import { SimulationSidecar } from '../../dist/jobs/simulate/simulation-sidecar.js';
import { createRandom } from '../../dist/random/random.js';

/** Architectures that are drawn and counted, once. */
const POOL = 400;

export class RandomArchitectures {
  #records;
  #variant;
  #sidecar;

  constructor({ cfg, overrides, records }) {
    this.#records = records;
    this.#variant = plannedVariant(cfg, overrides);
  }

  async space() {
    return (await this.#variant).plan.definitions.space.space;
  }

  /** An architecture of the pool that is not yet a partner. */
  async partnerOf(genotype) {
    const space = await this.space();
    const canonical = space.print(space.canonical(space.parse(genotype)));
    const { pool } = await this.#records.find({ type: 'pool' }, async () => ({ pool: await this.#drawPool(space) }));
    const [{ flops }] = await this.#count(space, [canonical]);
    const taken = new Set(this.#records.lines.filter(({ type }) => type === 'partner').map((line) => line.genotype));
    const free = pool.filter((one) => !taken.has(one.genotype) && one.genotype !== canonical);
    const distance = (one) => Math.abs(Math.log(one.flops / flops));
    return free.reduce((nearest, one) => (distance(one) < distance(nearest) ? one : nearest));
  }

  async close() {
    await this.#sidecar?.close();
  }

  async #drawPool(space) {
    const random = createRandom(1, 'judge', 0);
    const genotypes = new Set();
    while (genotypes.size < POOL) genotypes.add(space.print(space.canonical(space.sample(random))));
    const listed = [...genotypes];
    const costs = await this.#count(space, listed);
    return listed.map((genotype, index) => ({ genotype, flops: costs[index].flops }));
  }

  async #count(space, genotypes) {
    const { signal } = new AbortController();
    const variant = await this.#variant;
    this.#sidecar ??= new SimulationSidecar({ variant, python: undefined, signal, notify: () => {} });
    return this.#sidecar.costsOf(space)(genotypes, ['flops']);
  }
}

async function plannedVariant(file, overrides) {
  const config = await loadConfig({ file, overrides });
  return { name: 'judged', config, plan: planSearch(config) };
}
