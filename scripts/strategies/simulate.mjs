/** Searches with a known loss, by the strategies of rminas. */
import { BUILT_IN } from '../../dist/catalogue/built-in.js';
import { answerWithin } from '../../dist/search/limited-answer.js';
import { createStrategy } from '../../dist/strategies/index.js';
import { Constraint } from '../../dist/strategies/limits/constraint.js';
import { CostTable } from '../../dist/strategies/limits/costs.js';

/** The settings that a row has besides the keys of its strategy. */
const COMMON = { warmup: 100, thresholdRate: 0.1, successes: 1e9, edgeRank: 'votes', minimisesTrainingLoss: false };

/** The accuracy of the answer for each seed. */
export async function simulateRow(row, { table, series, seeds, count, limit }) {
  const [name, ...words] = row.split(',');
  const given = Object.fromEntries(words.map((word) => word.split('=')));
  const definition = BUILT_IN.strategies.find(name);
  const { warmup = definition.defaults?.['RMINAS.RF_WARMUP'] ?? COMMON.warmup, answer = 'best', ...keys } = given;
  const strategyValues = Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [`RMINAS.${key}`, Number.isNaN(Number(value)) ? value : Number(value)]),
  );
  const { space } = table;
  const costs = new CostTable({
    space,
    find: async (genotypes) =>
      genotypes.map((genotype) => ({ flops: table.flopsOf(space.parse(genotype)), params: 1 })),
  });
  const constraint = limit === null ? undefined : new Constraint({ flops: limit }, costs);
  const found = [];
  for (const seed of seeds) {
    const settings = { ...COMMON, warmup: Math.min(Number(warmup), count), cap: count, seed, answer, strategyValues };
    const strategy = createStrategy(definition, { space, constraint, costs, surrogate: noForest, settings });
    found.push(series((await searched(strategy, { series, constraint })).encoding));
  }
  return found;
}

async function searched(strategy, { series, constraint }) {
  const history = [];
  for (;;) {
    const ask = await strategy.ask(history, 1);
    if (ask.kind === 'stop') break;
    for (const encoding of ask.encodings) {
      const loss = -series(encoding);
      history.push({ phase: ask.phase, encoding, loss, curve: [], proxyValues: {}, stopped: false });
    }
  }
  const answer = strategy.answer(history);
  return constraint === undefined ? answer : answerWithin(answer, history, constraint);
}

const noForest = () => Promise.reject(new Error('The forest is grown in Python; compare it with rminas compare.'));
