// A space and an evaluator of your own: node own-evaluator.mjs [FOLDER]
import { createSlotSpace, outcomeOfLoss, search } from 'rminas';

/** Every combination of choices is an architecture, written width=16,depth=2,kernel=3. */
const space = createSlotSpace({
  name: 'formulas',
  slots: [
    { name: 'width', choices: ['8', '16', '32', '64'] },
    { name: 'depth', choices: ['1', '2', '3', '4'] },
    { name: 'kernel', choices: ['1', '3', '5'] },
  ],
});

/** Computes a loss from the genotype. It could as well train a network, or ask a server of yours. */
const evaluator = {
  name: 'formula',
  // How many evaluations run in parallel.
  capacity: 2,
  async evaluate({ genotype }) {
    const [width, depth, kernel] = Array.from(genotype.matchAll(/=(\d+)/g), ([, choice]) => Number(choice));
    return outcomeOfLoss(depth / width + 0.01 * (kernel - 3) ** 2);
  },
};

const { genotype, score } = await search({
  space,
  evaluator,
  overrides: ['RMINAS.STRATEGY', 'regularized-evolution', 'RMINAS.MAX_EVALUATIONS', '30', 'RMINAS.RF_WARMUP', '10'],
  folder: process.argv[2],
}).result;
console.log(JSON.stringify({ genotype, loss: score.loss }));
