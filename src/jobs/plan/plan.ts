import { cacheLimit } from '../../evaluators/caching.js';
import { pathOption } from '../../installation/paths.js';
import { createObjective } from '../../objectives/index.js';
import { checkOptions, type OptionShape } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { CONFIGURATION_OPTIONS } from '../common-options.js';
import { JOB_OPTIONS, type Job, type JobContext, startChecked } from '../job.js';
import { keepGuess } from '../search/guess.js';
import { type PlannedSearch, planNewSearch, searchHeaderOf } from '../search/plan.js';
import { AFTER_OPTIONS, CACHE_OPTIONS } from '../search/search.js';
import { guessOf, planResultOf } from './conclude.js';
import { measureOnMachine, type PlanEvent, type PlanOptions } from './machine.js';
import { findMissing } from './missing.js';
import { type RehearsedSearch, rehearseSearch } from './rehearse.js';
import type { PlanResult } from './result.js';

const PLAN_OPTIONS: OptionShape<PlanOptions> = {
  ...{ ...JOB_OPTIONS, ...CACHE_OPTIONS, ...CONFIGURATION_OPTIONS, ...AFTER_OPTIONS },
  cfg: pathOption,
};

/** Simulated searches: at most so many, and after so many only until the time is over. */
const SIMULATIONS = { most: 24, least: 8 };
/** Seconds for the simulations; fewer when the time of the search cannot be told anyway. */
const SIMULATION_SECONDS = { measured: 6, missing: 1 };

/**
 * Tells what a search would take: how many trainings, how long on this machine, how much memory and disk, and what is
 * missing. It trains a few architectures for some steps and simulates the rest. The search itself does not begin.
 *
 * @example
 * const { seconds, missing } = await plan({ cfg: 'quickstart' }).result;
 */
export function plan(options: PlanOptions): Job<PlanEvent, PlanResult> {
  const interruption = () => ({ message: 'The planning was interrupted.', nextSteps: [] });
  return startChecked(() => checkOptions('plan()', PLAN_OPTIONS, options), { interruption }, runPlan);
}

async function runPlan(options: PlanOptions, context: JobContext<PlanEvent>): Promise<PlanResult> {
  const { signal, emit } = context;
  const { python, cache = true, cfg, overrides, plugins, data, verify, verifyEpochs, followUp } = options;
  const asked = { cfg, overrides, plugins, data, verify, verifyEpochs, followUp };
  const limit = cache ? cacheLimit() : 0;
  const planned = await planNewSearch(asked, new PluginLoader({ python, signal }));
  const missing = await findMissing(planned);
  const found =
    missing.length > 0 ? { missing } : await measureOnMachine(planned, { python, cacheLimit: limit }, context);
  emit({ type: 'plan-step', doing: 'Simulating searches' });
  const seconds = 'missing' in found ? SIMULATION_SECONDS.missing : SIMULATION_SECONDS.measured;
  const simulations = await simulateAll(planned, seconds, signal);
  if ('missing' in found) return planResultOf({ planned, simulations, missing: found.missing });
  const result = await planResultOf({ planned, simulations, measured: found, cacheLimit: limit, missing: [] });
  keepGuess(searchHeaderOf({ ...planned, ...found.resolved }), guessOf(result));
  return result;
}

async function simulateAll(
  { plan: search }: PlannedSearch,
  seconds: number,
  signal: AbortSignal,
): Promise<RehearsedSearch[]> {
  const simulations: RehearsedSearch[] = [];
  const objective = createObjective(search.settings.objective, { reference: search.settings.warmup });
  const steps = objective.trains ? search.specification.steps : 0;
  const { most, least } = SIMULATIONS;
  const end = performance.now() + 1000 * seconds;
  while (simulations.length < most && (simulations.length < least || performance.now() < end)) {
    const ownEnd = performance.now() + (1000 * seconds) / least;
    const isOver = () => performance.now() > ownEnd;
    simulations.push(await rehearseSearch({ plan: search, steps, index: simulations.length, isOver, signal }));
  }
  return simulations;
}
