/** Simulates a planned search with its own controller and strategy, to learn how many trainings it may take. */
import { setImmediate } from 'node:timers/promises';
import type { SearchPlan } from '../../config/index.js';
import type { Objective } from '../../objectives/objective.js';
import { createRandom, type Random } from '../../random/random.js';
import { searchSpace } from '../../search/controller.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../../search/evaluator.js';
import type { Observed } from '../../search/events.js';
import type { Encoding } from '../../spaces/space.js';
import { crossingOf } from '../../strategies/futility.js';
import { createStrategy } from '../../strategies/index.js';
import type { Phase } from '../../strategies/strategy.js';
import { countingSurrogate, createLandscape, type Landscape } from './landscape.js';

/** A training of a simulated search. */
export interface SimulatedEvaluation {
  /** Canonical. */
  readonly genotype: string;
  readonly phase: Phase;
  /** Losses that it observed; fewer than a whole training when it was stopped as futile. */
  readonly steps: number;
}

/** One simulated search. */
export interface RehearsedSearch {
  /** Its turns, with the trainings that each needs: duplicates need none. */
  readonly turns: readonly (readonly SimulatedEvaluation[])[];
  /** Architectures in the history, duplicates included. */
  readonly architectures: number;
  /** At least 1: how many times as long the search is as the part that was simulated. */
  readonly scale: number;
  /** Draws for whatever the simulation leaves open. */
  readonly random: Random;
}

export interface SimulationOptions {
  readonly plan: Pick<SearchPlan, 'settings' | 'specification' | 'definitions'>;
  /** Losses of a whole training; 0 for an objective that trains nothing. */
  readonly steps: number;
  /** Number of the simulation, from 0. */
  readonly index: number;
  /** Whether the time for this simulation is over; the rest is extrapolated then. */
  readonly isOver: () => boolean;
  readonly signal: AbortSignal;
}

/** The objective of a simulation: its losses, as they are. */
const SIMULATED: Objective = {
  name: 'simulated',
  trains: true,
  proxies: [],
  isLoss: true,
  screening: null,
  score: (history) => history,
};

/** Lets the program answer heartbeats and signals between turns. @throws InterruptedError when the signal aborts */
export async function rehearseSearch(options: SimulationOptions): Promise<RehearsedSearch> {
  const { plan, steps, index, isOver, signal } = options;
  const { settings, definitions } = plan;
  const { space } = definitions.space;
  const random = createRandom(settings.seed, 'simulation', index);
  const landscape = createLandscape(space, { seed: random.below(2 ** 31), steps: settings.futility ? steps : 0 });
  const strategy = createStrategy(definitions.strategy, { space, settings, surrogate: countingSurrogate });
  const evaluator = simulatedEvaluator(landscape, { parse: (text) => space.parse(text), workers: settings.workers });
  const { seed, auditShare, proposals } = settings;
  const turns: SimulatedEvaluation[][] = [];
  let phase: Phase = 'warm-up';
  let last: Observed | undefined;
  for await (const event of searchSpace({
    space,
    strategy,
    objective: SIMULATED,
    evaluator,
    seed,
    proposals,
    auditShare,
    signal,
  })) {
    if (event.type === 'proposed') {
      if (phase === 'guided' && isOver()) return { turns, ...extrapolated(last), random };
      await setImmediate();
      phase = event.phase;
      turns.push([]);
    }
    if (event.type === 'evaluated') {
      const trained = 'evaluation' in event.outcome && settings.futility ? event.outcome.evaluation.steps : steps;
      turns.at(-1)?.push({ genotype: event.genotype, phase, steps: trained });
    }
    if (event.type === 'observed') last = event;
  }
  return { turns, architectures: (last?.index ?? -1) + 1, scale: 1, random };
}

/** The length of a search that was not simulated to its end, by its pace so far. */
function extrapolated(last: Observed | undefined): Pick<RehearsedSearch, 'architectures' | 'scale'> {
  if (last === undefined) return { architectures: 0, scale: 1 };
  const { cap, successes, successesWanted, warmup } = last.status;
  const done = last.index + 1;
  const guided = done - warmup;
  const needed =
    successesWanted === null ? cap : warmup + Math.ceil((guided * successesWanted) / Math.max(successes, 1));
  const architectures = Math.max(done, Math.min(cap, needed));
  return { architectures, scale: architectures / done };
}

function simulatedEvaluator(
  landscape: Landscape,
  { parse, workers }: { parse: (text: string) => Encoding; workers: number },
): Evaluator {
  return {
    capacity: workers,
    async evaluate({ genotype, bounds = [] }: EvaluationRequest): Promise<EvaluationOutcome> {
      const { loss, curve } = landscape.trainingOf(parse(genotype));
      const stopped = crossingOf(curve, bounds);
      const observed = stopped === null ? curve : curve.slice(0, stopped);
      return {
        evaluation: {
          loss: stopped === null ? loss : (observed.at(-1) ?? loss),
          curve: [...observed],
          cka: [],
          crossEntropy: null,
          steps: observed.length,
          stopped,
          seconds: 0,
        },
      };
    },
  };
}
