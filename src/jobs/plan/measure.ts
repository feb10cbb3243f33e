/** Measures on this machine how long trainings and forests take, and how much memory they need. */
import type { Evaluation } from '../../protocol/messages.js';
import { createRandom } from '../../random/random.js';
import type { EvaluationOutcome, Evaluator } from '../../search/evaluator.js';
import { evaluationSeed } from '../../search/recording.js';
import type { Space } from '../../spaces/space.js';
import { drawDistinct, take } from '../../strategies/draw.js';
import type { Surrogate } from '../../strategies/strategy.js';
import { type ProcessUse, processTree } from '../../system/processes.js';

/** Architectures that are trained, if there are not more workers. */
const FEWEST_PROBES = 3;
/** Losses of the first, short training of each, which also loads and compiles. */
const SHORT = 3;
/** No loss is below it, so a training stops at the step of a bound at it. */
const UNREACHABLE = -Number.MAX_VALUE;

/** A network whose multiply-adds are counted. */
export interface CountedArchitecture {
  /** Canonical. */
  readonly genotype: string;
  /** Millions of multiply-adds for one image; null if they cannot be counted. */
  readonly flops: number | null;
}

/** A measured training. */
export interface Probe extends CountedArchitecture {
  /** Seconds of a training besides its steps. */
  readonly fixedSeconds: number;
  readonly secondsPerStep: number;
  /** Losses of the measured training. */
  readonly steps: number;
  readonly outcome: EvaluationOutcome;
}

export interface TrainingTimes {
  readonly probes: readonly Probe[];
  /** Processor seconds for each second of a training, over all workers; null if unknown. */
  readonly cpuShare: number | null;
  /** Processor seconds of the start, the first trainings included; null if unknown. */
  readonly startCpu: number | null;
  /** How many times as long as on an idle machine the start and the trainings took; 1 if unknown. */
  readonly slowdown: { readonly start: number; readonly trainings: number };
  /** Of the sidecar and its workers; empty if unknown. */
  readonly processes: readonly ProcessUse[];
}

export interface MeasureOptions {
  /** An evaluator that knows no results. */
  readonly createEvaluator: () => Evaluator;
  /** Architectures to choose from. */
  readonly counted: readonly CountedArchitecture[];
  /** The seed of the run. */
  readonly seed: number;
  readonly workers: number;
  /** Losses of a whole training; 0 for evaluations that cannot be cut short. */
  readonly steps: number;
  /** Seconds that the longer trainings may take together. */
  readonly budget: number;
  /** Of the sidecar; null without one. */
  readonly pid: number | null;
}

/**
 * Trains a few architectures, as many in parallel as the search will. Each is trained twice, a few steps and then as many
 * as the time allows. The difference tells the time of a step.
 */
export async function measureTrainings(options: MeasureOptions): Promise<TrainingTimes> {
  const { counted, workers, steps, budget, pid } = options;
  const chosen = spread(counted, workers * Math.ceil(FEWEST_PROBES / workers));
  const short = await trainAll(options, steps === 0 ? chosen.slice(0, 1) : chosen, Math.min(SHORT, steps));
  const rounds = Math.ceil(chosen.length / workers);
  const slowest = Math.max(...short.map(({ seconds }) => seconds), 1e-3);
  const affordable = Math.floor((budget / rounds / slowest) * Math.min(SHORT, Math.max(steps, 1)));
  const longer = Math.min(steps, Math.max(2 * SHORT, affordable));
  const before = pid === null ? [] : processTree(pid);
  const long = await trainAll(options, chosen, longer);
  const processes = pid === null ? [] : processTree(pid);
  const probes = chosen.flatMap((one, index): Probe[] => {
    const [a, b] = [short[index], long[index]];
    if (b === undefined || 'failure' in b.outcome) return [];
    return [{ ...one, ...paceOf(a ?? { ...b, seconds: 0 }, b), outcome: b.outcome }];
  });
  const busy = long.reduce((sum, { seconds }) => sum + seconds, 0);
  const used = sumOf(processes, 'cpuSeconds') - sumOf(before, 'cpuSeconds');
  const waited = sumOf(processes, 'waitSeconds') - sumOf(before, 'waitSeconds');
  const startCpu = sumOf(before, 'cpuSeconds');
  const slowdown = {
    start: slowdownOf(startCpu, sumOf(before, 'waitSeconds')),
    trainings: slowdownOf(used, waited),
  };
  if (processes.length === 0 || busy === 0) return { probes, cpuShare: null, startCpu: null, slowdown, processes };
  return { probes, cpuShare: used / busy, startCpu, slowdown, processes };
}

function slowdownOf(used: number, waited: number): number {
  return used > 0 ? (used + Math.max(0, waited)) / used : 1;
}

interface Timed {
  readonly steps: number;
  readonly seconds: number;
  readonly outcome: EvaluationOutcome;
}

function paceOf(short: Timed, long: Timed): Pick<Probe, 'fixedSeconds' | 'secondsPerStep' | 'steps'> {
  const more = long.steps - short.steps;
  if (more <= 0) return { fixedSeconds: long.seconds, secondsPerStep: 0, steps: long.steps };
  const secondsPerStep = Math.max(0, Math.min((long.seconds - short.seconds) / more, long.seconds / long.steps));
  // The first training also loads and compiles, so the longer one alone tells the fixed part.
  return { fixedSeconds: Math.max(0, long.seconds - secondsPerStep * long.steps), secondsPerStep, steps: long.steps };
}

/** @param steps losses of each training; 0 for evaluations without a training */
async function trainAll(
  { createEvaluator, seed, workers }: MeasureOptions,
  chosen: readonly CountedArchitecture[],
  steps: number,
): Promise<Timed[]> {
  const timed: Timed[] = [];
  const evaluator = createEvaluator();
  for (let first = 0; first < chosen.length; first += workers) {
    const round = chosen.slice(first, first + workers).map(async ({ genotype }) => {
      const begun = performance.now();
      const bounds = steps > 0 ? [{ step: steps, loss: UNREACHABLE }] : [];
      const outcome = await evaluator.evaluate({ genotype, seed: evaluationSeed(seed, genotype), bounds });
      const seconds = (performance.now() - begun) / 1000;
      return { steps: 'evaluation' in outcome ? stepsOf(outcome.evaluation, steps) : 0, seconds, outcome };
    });
    timed.push(...(await Promise.all(round)));
  }
  return timed;
}

/** Proxies observe no losses, and count as trained for all steps. */
function stepsOf({ curve, steps }: Evaluation, wanted: number): number {
  return curve.length > 0 ? steps : wanted;
}

/** Architectures from the cheapest to the dearest, evenly spaced, without the extremes. */
function spread(counted: readonly CountedArchitecture[], count: number): CountedArchitecture[] {
  const sorted = [...counted].sort((a, b) => (a.flops ?? 0) - (b.flops ?? 0));
  if (sorted.length <= count) return sorted;
  const places = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * sorted.length) / count));
  return places.flatMap((place) => sorted[place] ?? []);
}

function sumOf(processes: readonly ProcessUse[], of: 'cpuSeconds' | 'waitSeconds'): number {
  return processes.reduce((sum, one) => sum + one[of], 0);
}

/** The time of one guided turn of the forest, in seconds. */
export interface TurnTime {
  readonly seconds: number;
  /** Of the processor; 0 if unknown. */
  readonly cpuSeconds: number;
}

export interface PlannedForest {
  readonly space: Space;
  /** Architectures to learn from. */
  readonly known: number;
  readonly candidates: number;
  readonly seed: number;
  /** Of the sidecar. */
  readonly pid: number;
}

/** Fits a forest and predicts candidates once, as each guided turn does. */
export async function measureForest(surrogate: Surrogate, options: PlannedForest): Promise<TurnTime> {
  const { space, known, candidates, seed, pid } = options;
  const encodings = take(drawDistinct(space, createRandom(seed, 'plan', 0)), known + candidates);
  const copies = encodings.map((encoding) => [...encoding]);
  const before = sumOf(processTree(pid), 'cpuSeconds');
  const begun = performance.now();
  await surrogate({
    features: space.features.map((rows) => rows.map((row) => [...row])),
    known: copies.slice(0, known),
    good: copies.slice(0, known).map((_, index) => index % 4 === 0),
    candidates: copies.slice(-candidates),
    trees: space.trees,
    seed: 0,
  });
  return { seconds: (performance.now() - begun) / 1000, cpuSeconds: sumOf(processTree(pid), 'cpuSeconds') - before };
}
