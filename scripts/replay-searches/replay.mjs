/** The states that a recorded search went through. */
import { planSearch } from '../../dist/config/index.js';
import { CostMeter } from '../../dist/jobs/compare/cost.js';
import { createObjective } from '../../dist/objectives/index.js';
import { searchSpace } from '../../dist/search/controller.js';
import { createStrategy } from '../../dist/strategies/index.js';

/**
 * Replays a search from its journal.
 * @returns after the warm-up, at every so many architectures and at the end: their number, the cost so far in millions of
 *   multiply-adds, the answer of each rule, and how sure the first rule is
 */
export async function replayed({ header, evaluations, configuration }, { answers, every }) {
  const plan = planSearch(await configuration());
  const { space } = plan.definitions.space;
  const { settings, specification } = plan;
  const recorded = new Map(evaluations.map(({ genotype, outcome }) => [genotype, outcome]));
  const evaluator = { capacity: 1, evaluate: async ({ genotype }) => recorded.get(genotype) ?? missing(genotype) };
  const objective = createObjective(settings.objective, { reference: settings.warmup });
  const strategyOf = (changes) =>
    createStrategy(plan.definitions.strategy, { space, surrogate: noForest, settings: { ...settings, ...changes } });
  const rules = answers.map((answer) => [answer, strategyOf({ answer, confidence: 0 })]);
  const [[, first]] = rules;
  const meter = new CostMeter(specification.batch.size);
  const history = [];
  const points = [];
  const look = async () => {
    // An aggregate compares the first architectures with few others until the warm-up is complete.
    const scored = objective.score(history);
    const given = Object.fromEntries(rules.map(([name, rule]) => [name, rule.answer(scored)]));
    const [stated] = [await first.confidence(scored, Object.values(given)[0].encoding)];
    points.push({
      architectures: history.length,
      flops: meter.total.flops,
      answers: Object.fromEntries(Object.entries(given).map(([name, { encoding }]) => [name, space.print(encoding)])),
      stated: stated?.answer ?? Number.NaN,
    });
  };
  const { seed, proposals } = settings;
  const strategy = strategyOf({});
  for await (const event of searchSpace({
    space,
    strategy,
    objective,
    evaluator,
    seed: header.seed ?? seed,
    proposals,
  })) {
    meter.add(event);
    if (event.type !== 'observed') continue;
    const { phase, genotype, loss, proxyValues } = event;
    history.push({ phase, encoding: space.parse(genotype), loss, proxyValues, curve: [], stopped: false });
    if (history.length > settings.warmup && history.length % every === 0) await look();
  }
  if (points.at(-1)?.architectures !== history.length) await look();
  return points;
}

function missing(genotype) {
  throw new Error(`The search did not evaluate ${genotype}, which its replay proposes.`);
}

const noForest = () => Promise.reject(new Error('The forest is grown in Python.'));
