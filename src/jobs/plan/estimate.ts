/** From simulated searches and measured trainings to ranges of time and cost. */
import type { Random } from '../../random/random.js';
import { quantile } from '../../statistics/quantile.js';
import { fractionOf } from './landscape.js';
import type { CountedArchitecture, Probe } from './measure.js';
import type { RehearsedSearch, SimulatedEvaluation } from './rehearse.js';

/** The ends of a range are these quantiles of the simulations. */
const RANGE = { low: 0.05, likely: 0.5, high: 0.95 };
/** A machine may be this much faster, or slower, than the measurement says. */
const SPEED = { low: 0.85, high: 0.3 };
/** A machine that others use this many times as much as the search does not make the range wider. */
const MOST_SLOWDOWN = 3;

/** Nine of ten simulated searches lie between low and high. */
export interface Range {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

export function rangeOf(values: readonly number[]): Range {
  const at = (rate: number) => quantile(values, rate);
  return { low: at(RANGE.low), likely: at(RANGE.likely), high: at(RANGE.high) };
}

/** The range widened by the speed of the machine, which is never quite the same. */
export function widened({ low, likely, high }: Range): Range {
  return { low: low * SPEED.low, likely, high: high * (1 + SPEED.high) };
}

/** How many times as long as on an idle machine the start and the rest of a search take. */
export interface Slowdown {
  readonly start: number;
  readonly trainings: number;
}

/**
 * The range of whole searches. It begins at the time on an idle machine, and ends at a time under a load that may still
 * grow: the more of the machine others use, the less is certain.
 */
export function wholeRange(seconds: readonly number[], start: number, slowdown: Slowdown): Range {
  const idle = seconds.map((one) => one / slowdown.trainings + start / slowdown.start);
  const busy = rangeOf(seconds.map((one) => one + start));
  const growth = SPEED.high * Math.min(slowdown.trainings, MOST_SLOWDOWN);
  return { low: rangeOf(idle).low * SPEED.low, likely: busy.likely, high: busy.high * (1 + growth) };
}

/** Tells the seconds of a training from its network's multiply-adds and its steps. */
export type Pace = (architecture: Pick<CountedArchitecture, 'flops'>, steps: number) => number;

/** A line through the probes: seconds per step over multiply-adds. Without counts, or with one probe, their mean. */
export function paceOfProbes(probes: readonly Probe[]): Pace {
  const fixed = meanOf(probes.map(({ fixedSeconds }) => fixedSeconds));
  const flat = meanOf(probes.map(({ secondsPerStep }) => secondsPerStep));
  const counted = probes.flatMap(({ flops, secondsPerStep }) => (flops === null ? [] : [{ flops, secondsPerStep }]));
  const center = meanOf(counted.map(({ flops }) => flops));
  const spread = counted.reduce((sum, { flops }) => sum + (flops - center) ** 2, 0);
  const joint = counted.reduce((sum, { flops, secondsPerStep }) => sum + (flops - center) * (secondsPerStep - flat), 0);
  const slope = spread > 0 && counted.length === probes.length ? Math.max(0, joint / spread) : 0;
  const least = Math.min(...probes.map(({ secondsPerStep }) => secondsPerStep));
  return ({ flops }, steps) => {
    const perStep = flops === null ? flat : Math.max(flat + slope * (flops - center), least / 2);
    return fixed + perStep * steps;
  };
}

/** The trainings of a last round on the measured machine. */
export interface RoundPace {
  readonly pace: Pace;
  readonly counted: readonly CountedArchitecture[];
  /** Losses of a whole training. */
  readonly steps: number;
}

export interface TimingOptions {
  readonly pace: Pace;
  readonly counted: readonly CountedArchitecture[];
  /** Canonical genotypes whose scores are in the cache. */
  readonly cached: ReadonlySet<string>;
  readonly workers: number;
  /** Seconds between the trainings of a guided turn and those of the next. */
  readonly turnSeconds: number;
  /** The last round and its number of architectures; left out for a search without one. */
  readonly lastRound?: (RoundPace & { readonly architectures: number }) | undefined;
}

/** The time of one simulated search. */
export interface SimulatedTime {
  /** From its first training to its end. */
  readonly seconds: number;
  /** Of these, for the last round. */
  readonly lastRoundSeconds: number;
  /** Summed over workers. */
  readonly trainingSeconds: number;
  readonly guidedTurns: number;
  /** Without those of the last round. */
  readonly trainings: number;
}

/**
 * Plays a simulated search on the measured machine. Guided architectures are random ones: those that were counted, with a
 * preference for costly networks that differs between simulations, since good networks often are the larger ones.
 */
export function timeOf({ turns, scale, random }: RehearsedSearch, options: TimingOptions): SimulatedTime {
  const { pace, counted, cached, workers, turnSeconds, lastRound } = options;
  const known = new Map(counted.map((one) => [one.genotype, one]));
  const preference = fractionOf(random);
  const draw = () => counted[random.below(Math.max(1, counted.length))] ?? { flops: null };
  const drawOf = ({ genotype, phase }: SimulatedEvaluation) => {
    const own = known.get(genotype);
    if (own !== undefined) return own;
    if (phase === 'warm-up' || fractionOf(random) > preference) return draw();
    const [one, other] = [draw(), draw()];
    return (one.flops ?? 0) > (other.flops ?? 0) ? one : other;
  };
  const total = { seconds: 0, trainingSeconds: 0, guidedTurns: 0, trainings: 0 };
  for (const turn of turns) {
    const needed = turn.filter(({ genotype }) => !cached.has(genotype));
    const seconds = needed.map((one) => pace(drawOf(one), one.steps));
    const guided = turn[0]?.phase !== 'warm-up';
    total.seconds += makespanOf(seconds, workers) + (guided ? turnSeconds : 0);
    total.trainingSeconds += seconds.reduce((a, b) => a + b, 0);
    total.guidedTurns += guided ? 1 : 0;
    total.trainings += needed.length;
  }
  const finalists = lastRound === undefined ? [] : secondsOfFinalists(lastRound, random);
  const lastRoundSeconds = makespanOf(finalists, workers);
  return {
    seconds: total.seconds * scale + lastRoundSeconds,
    lastRoundSeconds,
    trainingSeconds: total.trainingSeconds * scale + finalists.reduce((a, b) => a + b, 0),
    guidedTurns: total.guidedTurns * scale,
    trainings: Math.round(total.trainings * scale),
  };
}

/** Finalists are random architectures. The simulation does not tell which ones are good. */
function secondsOfFinalists(
  { pace, counted, steps, architectures }: NonNullable<TimingOptions['lastRound']>,
  random: Random,
): number[] {
  const draw = () => counted[random.below(Math.max(1, counted.length))] ?? { flops: null };
  return Array.from({ length: architectures }, () => pace(draw(), steps));
}

/** When the last of the trainings ends, if each worker takes the next one as soon as it is free. */
function makespanOf(seconds: readonly number[], workers: number): number {
  const free = Array.from({ length: workers }, () => 0);
  for (const one of seconds) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + one;
  }
  return Math.max(...free);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}
