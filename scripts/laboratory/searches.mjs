/** Searches that are replayed from tables, with everything that they observe. */
import { parseArgs } from 'node:util';
import { planSimulation } from '../../dist/jobs/simulate/plan.js';
import { openArena, replay } from '../../dist/jobs/simulate/replay.js';
import { rememberForms } from '../../dist/jobs/simulate/restricted-space.js';
import { SimulationSidecar } from '../../dist/jobs/simulate/simulation-sidecar.js';
import { createObjective } from '../../dist/objectives/index.js';
import { parseSeedList } from '../../dist/terminal/input/seeds.js';

/**
 * Plans searches on all batches of the tables that a command line names.
 * @param usage is printed when a table or the configuration is missing
 * @param options further options of the script
 */
export async function plannedByArguments(usage, options) {
  const { values, positionals: overrides } = parseArgs({
    allowPositionals: true,
    options: {
      table: { type: 'string', multiple: true },
      cfg: { type: 'string' },
      seeds: { type: 'string', default: '1-10' },
      ...options,
    },
  });
  const { table: tables, cfg } = values;
  if (tables === undefined || cfg === undefined) {
    console.error(`Usage: ${usage}`);
    process.exit(2);
  }
  const strategies = values.strategies?.split(',');
  const report = { batches: null, seeds: parseSeedList('--seeds', values.seeds), architectures: 'all' };
  const plan = await planSimulation({ cfg, tables, strategies, overrides, split: { choose: null, report } });
  return { values, plan };
}

/**
 * Replays every search of a plan.
 * @param tableOf the table that a search sees, for another view of each search
 * @yields the variant, the table and the view of it that the search saw, the batch, the seed, the end of the search, and its history
 */
export async function* searches(plan, { tableOf = (table) => table } = {}) {
  const { signal } = new AbortController();
  const [{ plan: first }] = plan.variants;
  const space = rememberForms(first.definitions.space.space);
  const sidecar = new SimulationSidecar({ variant: plan.variants[0], python: undefined, signal, notify: () => {} });
  try {
    for (const variant of plan.variants) {
      const { specification, settings } = variant.plan;
      const { steps, beta } = specification;
      const objective = createObjective(settings.objective, { reference: settings.warmup });
      for (const table of plan.tables) {
        for (const batch of table.batches) {
          const arena = openArena({ table, batch, steps, beta }, space, { half: 'all', forms: plan.forms });
          for (const seed of plan.split.report.seeds) {
            const history = [];
            const onEvent = (event) => {
              if (event.type === 'observed') history.push(observationOf(event, space));
            };
            const surrogate = sidecar.surrogateOf(variant);
            const seen = tableOf(table, batch);
            const source = { ...arena.source, table: seen };
            const options = { variant, seed, surrogate, costs: noCosts, confident: false, onEvent, signal };
            const searched = await replay({ ...options, arena: { ...arena, source } });
            // An aggregate compares the first architectures with few others until the warm-up is complete.
            yield { space, variant, table, batch, seed, seen, searched, history: objective.score(history) };
          }
        }
      }
    }
  } finally {
    await sidecar.close();
  }
}

function observationOf({ phase, genotype, loss, proxyValues }, space) {
  return { phase, encoding: space.parse(genotype), loss, proxyValues, curve: [], stopped: false };
}

const noCosts = () => Promise.reject(new Error('These searches have no limits.'));
