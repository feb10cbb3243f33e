/** Racing on a table: some architectures are trained for a part of the updates only. */
import { rankTargets } from '../../dist/strategies/answers/target.js';

const STAGES = ['cka-1', 'cka-2', 'cka-3'];

/**
 * The share of the best tenth by the values of the last update that is in the better half by those of an earlier one.
 * @param genotypes canonical; those without values are left out
 * @param race `after` and `last`: the updates; `parts` of the objective; `cka` is that after some updates, the others need no training
 */
export function survivalIn(table, batch, genotypes, { after, last, parts }) {
  const known = [...new Set(genotypes)].filter((genotype) => hasValues(table, batch, genotype, last));
  const order = (updates) => {
    const targets = scores(table, batch, known, { updates, parts });
    return known.map((_, index) => index).sort((a, b) => targets[a] - targets[b]);
  };
  const better = new Set(order(after).slice(0, Math.ceil(known.length / 2)));
  const best = order(last).slice(0, Math.ceil(known.length / 10));
  return best.filter((index) => better.has(index)).length / best.length;
}

/** A table as a search with racing sees it: the values of an architecture that was dropped are those of the drop. */
export class RacedTable {
  values;
  #table;
  #batch;
  #race;
  /** Genotypes in the order of their trainings, and the updates of each. */
  #updates = new Map();

  constructor(table, batch, race) {
    this.#table = table;
    this.#batch = batch;
    this.#race = race;
    this.values = { find: (setting, genotype, proxy) => this.#find(setting, genotype, proxy) };
  }

  /** Millions of multiply-adds of the updates that were left out. An update is a forward and a backward pass of the batch. */
  get saved() {
    const { after, last } = this.#race;
    const { size } = this.#table.specification.batch;
    const flopsOf = (genotype) => this.#table.values.find(this.#batch.setting, genotype, 'flops')?.value ?? 0;
    const dropped = [...this.#updates].filter(([, updates]) => updates === after).map(([genotype]) => genotype);
    return dropped.reduce((sum, genotype) => sum + 3 * size * (last - after) * flopsOf(genotype), 0);
  }

  get failures() {
    return this.#table.failures;
  }

  get folder() {
    return this.#table.folder;
  }

  #find(setting, genotype, proxy) {
    const { last } = this.#race;
    const [, name] = /^(.*)@(\d+)$/.exec(proxy) ?? [];
    if (name === undefined || !proxy.endsWith(`@${last}`)) return this.#table.values.find(setting, genotype, proxy);
    return this.#table.values.find(setting, genotype, `${name}@${this.#updatesOf(genotype)}`);
  }

  #updatesOf(genotype) {
    const { after, last, parts } = this.#race;
    const known = this.#updates.get(genotype);
    if (known !== undefined) return known;
    const before = [...this.#updates.keys(), genotype];
    const targets = scores(this.#table, this.#batch, before, { updates: after, parts });
    const ahead = targets.filter((target) => target < targets.at(-1)).length;
    const updates = ahead < Math.ceil(before.length / 2) ? last : after;
    this.#updates.set(genotype, updates);
    return updates;
  }
}

/** Weighted plain ranks in the parts; lower is better. */
function scores(table, batch, genotypes, { updates, parts }) {
  const find = (genotype, proxy) => table.values.find(batch.setting, genotype, proxy)?.value ?? null;
  const ckaOf = (genotype) => {
    const stages = STAGES.map((stage) => find(genotype, `${stage}@${updates}`));
    return stages.includes(null) ? null : stages.reduce((sum, cka) => sum + cka, 0);
  };
  const history = genotypes.map((genotype) => ({
    loss: 0,
    proxyValues: Object.fromEntries(
      parts.map(({ name }) => [name, name === 'cka' ? ckaOf(genotype) : find(genotype, name)]),
    ),
  }));
  return [...rankTargets(history, parts)];
}

function hasValues(table, batch, genotype, updates) {
  return table.values.find(batch.setting, genotype, `${STAGES[0]}@${updates}`) !== undefined;
}
