/** How much answers agree, and how much better one half of pairs is. */
import { createRandom } from '../../dist/random/random.js';
import { percentileInterval, resample } from '../../dist/statistics/bootstrap.js';
import { mean } from '../laboratory/accuracies.mjs';

const PAIRS = 2000;
const DRAWS = 2000;

/** The mean share of equal slots of two answers, and of two random architectures. */
export function agreement(genotypes, space) {
  const answers = genotypes.map((genotype) => space.canonical(space.parse(genotype)));
  const pairs = answers.flatMap((one, index) => answers.slice(0, index).map((other) => equalSlots(one, other)));
  const random = createRandom(2, 'judge', 0);
  const draw = () => space.canonical(space.sample(random));
  const chance = Array.from({ length: PAIRS }, () => equalSlots(draw(), draw()));
  return { answers: mean(pairs), chance: mean(chance) };
}

/** The mean difference of pairs with its 95 % interval, by a bootstrap of the pairs. */
export function paired(ones, others) {
  const differences = ones.map((one, index) => one - others[index]);
  const draws = resample(differences.length, DRAWS, 1);
  const means = draws.map((draw) => mean(Array.from(draw, (index) => differences[index])));
  const wins = differences.filter((difference) => difference > 0).length;
  return { difference: mean(differences), ...percentileInterval(means, 0.95), wins };
}

function equalSlots(one, other) {
  return one.filter((category, slot) => category === other[slot]).length / one.length;
}
