/** Puts the result of a plan together. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { planSearch } from '../../config/index.js';
import { createObjective } from '../../objectives/index.js';
import { createStrategy } from '../../strategies/index.js';
import { VERSION } from '../../version.js';
import type { Guess } from '../search/guess.js';
import type { PlannedSearch } from '../search/plan.js';
import {
  type Pace,
  paceOfProbes,
  type Range,
  rangeOf,
  type SimulatedTime,
  timeOf,
  wholeRange,
  widened,
} from './estimate.js';
import type { MeasuredSearch } from './machine.js';
import type { Probe, TrainingTimes, TurnTime } from './measure.js';
import type { RehearsedSearch } from './rehearse.js';
import type { MissingThing, PlanResult } from './result.js';

/** Bytes of the lines about an architecture, besides the outcome of its evaluation: proposal, log and genotype. */
const ARCHITECTURE_BYTES = 400;
/** Bytes of the other files of a run. */
const OTHER_BYTES = 20_000;
/** A note tells of slower trainings. */
const NOTED_SLOWDOWN = 1.3;

export interface PlanFacts {
  readonly planned: PlannedSearch;
  readonly simulations: readonly RehearsedSearch[];
  /** Left out when something is missing. */
  readonly measured?: MeasuredSearch;
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit?: number;
  readonly missing: readonly MissingThing[];
}

/** The simulated searches as they would go on this machine. */
interface Played {
  readonly times: readonly SimulatedTime[];
  readonly pace: Pace | undefined;
}

const FREE: Pace = () => 0;

export async function planResultOf(facts: PlanFacts): Promise<PlanResult> {
  const { planned, simulations, measured, missing } = facts;
  const { settings } = planned.plan;
  const played = play(facts);
  const evaluations = rangeOf(played.times.map(({ trainings }) => trainings));
  const most = mostEvaluations(planned);
  return {
    ...whatIsSearched(facts),
    stopping: {
      warmup: settings.warmup,
      thresholdRate: settings.thresholdRate,
      ...endOf(planned),
      futility: settings.futility,
    },
    architectures: rounded(rangeOf(simulations.map(({ architectures }) => architectures))),
    evaluations: { ...rounded(evaluations), most, cached: measured?.cached.size ?? 0 },
    lastRound: lastRoundOf(facts, played),
    simulations: simulations.length,
    ...whatItTakes(facts, played),
    disk: await diskOf(facts, evaluations.high + planned.plan.settings.finalists),
    missing: [...missing],
    notes: notesOf(facts, played),
  };
}

/** The part of a plan that the search compares itself with. */
export function guessOf({ seconds, evaluations }: PlanResult): Guess {
  const { low, likely, high } = evaluations;
  const without = (value: number) => Math.max(0, value - (seconds?.start ?? 0));
  return {
    seconds: seconds && {
      low: without(seconds.low),
      likely: without(seconds.likely),
      high: without(seconds.high),
    },
    evaluations: { low, likely, high },
  };
}

function play({ planned, simulations, measured }: PlanFacts): Played {
  const probes = measured?.measurement?.probes ?? [];
  const pace = probes.length === 0 ? undefined : paceOfProbes(probes);
  const times = simulations.map((simulation) =>
    timeOf(simulation, {
      pace: pace ?? FREE,
      counted: measured?.counted ?? [],
      cached: measured?.cached ?? new Set(),
      workers: planned.workers,
      turnSeconds: measured?.turn.seconds ?? 0,
      lastRound: measured?.lastRound && { ...measured.lastRound, architectures: finalistsOf(planned, simulation) },
    }),
  );
  return { times, pace };
}

/** A search scores no more finalists than it has evaluated architectures. */
function finalistsOf({ plan }: PlannedSearch, { turns, scale }: RehearsedSearch): number {
  const evaluated = Math.round(turns.reduce((sum, turn) => sum + turn.length, 0) * scale);
  return Math.min(plan.settings.finalists, evaluated);
}

function lastRoundOf({ planned, simulations, measured }: PlanFacts, { times }: Played): PlanResult['lastRound'] {
  if (planned.lastRound === null) return null;
  const architectures = simulations.map((simulation) => finalistsOf(planned, simulation));
  return {
    architectures: Math.round(rangeOf(architectures).likely),
    steps: planSearch(planned.lastRound).specification.steps,
    seconds:
      measured?.lastRound === undefined
        ? null
        : widened(rangeOf(times.map(({ lastRoundSeconds }) => lastRoundSeconds))),
  };
}

function endOf({ plan }: PlannedSearch): { successes: number | null; cap: number } {
  const { settings, definitions } = plan;
  const surrogate = () => Promise.reject(new Error('A plan evaluates nothing.'));
  const strategy = createStrategy(definitions.strategy, { space: definitions.space.space, surrogate, settings });
  const { successesWanted, cap } = strategy.status([]);
  return { successes: successesWanted, cap };
}

/** Each rule but `best` may answer an architecture that was not evaluated, which is evaluated then. */
function mostEvaluations({ plan }: PlannedSearch): number {
  const { settings, definitions } = plan;
  const answer = settings.answer === 'best' ? 0 : 1;
  return Math.min(settings.cap + answer, definitions.space.space.size);
}

function whatIsSearched({ planned, measured }: PlanFacts) {
  const { specification, settings, profile, definitions } = measured?.resolved.plan ?? planned.plan;
  const { space } = definitions.space;
  const objective = createObjective(settings.objective, { reference: settings.warmup });
  const { dataset, network, batch, teacher, beta, seed } = specification;
  return {
    schema: 1 as const,
    rminas: VERSION,
    space: { name: space.name, size: space.size, slots: space.slots.length },
    dataset: { name: dataset, classes: network.classes, resolution: network.resolution },
    images: measured?.images ?? null,
    batch: { size: batch.size, pool: batch.pool },
    teacher: teacher.architecture,
    strategy: settings.strategy,
    objective: objective.name,
    steps: objective.trains ? specification.steps : 0,
    beta,
    profile,
    backend: measured === undefined ? null : specification.backend,
    device: measured?.device ?? null,
    workers: planned.workers,
    seed,
  };
}

function whatItTakes(
  { measured }: PlanFacts,
  { times, pace }: Played,
): Pick<PlanResult, 'seconds' | 'measured' | 'memory'> {
  const measurement = measured?.measurement;
  if (measured === undefined || measurement === undefined || pace === undefined) {
    return { seconds: null, measured: null, memory: null };
  }
  const { startSeconds, turn, measuringSeconds, resolved } = measured;
  const { processes } = measurement;
  const whole = wholeRange(
    times.map(({ seconds }) => seconds),
    startSeconds,
    measurement.slowdown,
  );
  const { steps } = resolved.plan.specification;
  const peaks = processes.map(({ peakBytes }) => peakBytes);
  return {
    seconds: { ...whole, start: startSeconds, turn: turn.seconds, cpu: cpuOf(measurement, turn, times) },
    measured: {
      seconds: measuringSeconds,
      trainings: measurement.probes.map((probe) => ({
        genotype: probe.genotype,
        flops: probe.flops,
        steps: probe.steps,
        seconds: probe.fixedSeconds + probe.secondsPerStep * steps,
      })),
    },
    // The first process is the sidecar itself, the others are its workers.
    memory:
      peaks.length < 2
        ? null
        : { worker: Math.max(...peaks.slice(1)), all: peaks.reduce((a, b) => a + b), free: freeMemory() },
  };
}

/** Processor seconds of the whole search: this process so far, the start of the sidecar, trainings and forests. */
function cpuOf({ cpuShare, startCpu }: TrainingTimes, turn: TurnTime, times: readonly SimulatedTime[]): Range | null {
  if (cpuShare === null || startCpu === null) return null;
  const { user, system } = process.cpuUsage();
  const start = startCpu + (user + system) / 1e6;
  const seconds = ({ trainingSeconds, guidedTurns }: SimulatedTime) =>
    start + cpuShare * trainingSeconds + guidedTurns * turn.cpuSeconds;
  return widened(rangeOf(times.map(seconds)));
}

async function diskOf(
  { planned, measured, cacheLimit = 0 }: PlanFacts,
  evaluations: number,
): Promise<PlanResult['disk']> {
  const probes = measured?.measurement?.probes ?? [];
  if (probes.length === 0) return null;
  const { steps } = planned.plan.specification;
  const bytes = Math.max(...probes.map((probe) => bytesOf(probe, steps)));
  return {
    run: Math.round(evaluations * (bytes + ARCHITECTURE_BYTES) + OTHER_BYTES),
    cache: Math.round(Math.min(cacheLimit, evaluations * bytes)),
    free: await freeDisk(resolve(planned.plan.outDir)),
  };
}

/** Bytes of an evaluation in the journal, with the curve of a whole training. */
function bytesOf({ outcome }: Probe, steps: number): number {
  const bytes = JSON.stringify(outcome).length;
  const curve = 'evaluation' in outcome ? outcome.evaluation.curve : [];
  return curve.length === 0 ? bytes : bytes + (JSON.stringify(curve).length * (steps - curve.length)) / curve.length;
}

function notesOf({ planned, measured }: PlanFacts, { pace }: Played): string[] {
  const { settings } = planned.plan;
  const notes = [...(measured?.resolved.config ?? planned.config).notices, ...(measured?.notes ?? [])];
  if (measured !== undefined && pace === undefined) {
    notes.push('The time is unknown: no evaluation succeeded within 30 seconds.');
  }
  const busy = measured?.measurement?.slowdown.trainings ?? 1;
  if (busy > NOTED_SLOWDOWN) {
    notes.push(
      `Other programs used the machine: the measured trainings took ${busy.toFixed(1)} times as long as without them.`,
    );
  }
  if (Object.keys(settings.limits).length > 0)
    notes.push('Limits on networks are not simulated: the search may be slower.');
  if (planned.lastRound !== null && measured !== undefined && measured.lastRound === undefined)
    notes.push('The time of the last round is not included: its trainings could not be measured.');
  if (settings.screen > 0) notes.push('The time of screening candidates is not included.');
  const { architectures, epochs } = planned.verify;
  if (architectures > 0) {
    const trainings = `${architectures + 1} trainings of ${epochs} epoch${epochs === 1 ? '' : 's'}`;
    notes.push(`The time of --verify is not included: ${trainings}.`);
  }
  if (planned.followUp !== null) notes.push(`The time of --then ${planned.followUp?.steps.join(',')} is not included.`);
  if (measured?.device.startsWith('cuda')) notes.push('The memory of the GPU is not measured.');
  return notes;
}

/** Bytes available to this process, within the limit of its control group if Node knows it. */
function freeMemory(): number {
  const processWithLimits: { availableMemory?: () => number } = process;
  return processWithLimits.availableMemory?.() ?? freemem();
}

/** Null where the system does not tell. A folder that does not exist yet is on the disk of its nearest parent. */
async function freeDisk(folder: string): Promise<number | null> {
  let present = folder;
  while (!existsSync(present) && dirname(present) !== present) present = dirname(present);
  try {
    const { bavail, bsize } = await statfs(present);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function rounded<R extends { low: number; likely: number; high: number }>({ low, likely, high }: R) {
  return { low: Math.round(low), likely: Math.round(likely), high: Math.round(high) };
}
