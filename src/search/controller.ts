import { z } from 'zod';
import { type Objective, objectiveOption } from '../objectives/objective.js';
import {
  abortSignal,
  anyNumber,
  callback,
  checkOptions,
  numberFrom,
  type OptionShape,
  objectWith,
  seedOption,
  wholeNumberOption,
  withMethods,
} from '../options.js';
import type { Bound } from '../protocol/messages.js';
import { type Space, spaceOption } from '../spaces/space.js';
import { Constraint } from '../strategies/limits/constraint.js';
import { type Ask, type StopReason, type Strategy, strategyOption } from '../strategies/strategy.js';
import { type AuditPlan, auditOf, isAudited } from './audit.js';
import { capacityOf, type Evaluator } from './evaluator.js';
import type { Evaluated, FinalistScored, Finished, JournalledEvent, Proposed, SearchEvent } from './events.js';
import { unlessInterrupted } from './interruption.js';
import { finalistsOf, type LastRound, lastRoundAnswer } from './last-round.js';
import { answerWithin } from './limited-answer.js';
import { turnWithin } from './limited-turn.js';
import { Observer } from './observer.js';
import { runPool } from './pool.js';
import { checkAnswer, evaluationSeed, type Recording, readRecording } from './recording.js';

export interface ControllerOptions {
  /** The architectures to search. */
  readonly space: Space;
  /** Chooses the architectures to evaluate. It must have been created for the same space. */
  readonly strategy: Strategy;
  /** Computes the value to minimise. */
  readonly objective: Objective;
  /** Evaluates the canonical forms of the proposed architectures. */
  readonly evaluator: Evaluator;
  /** Architectures that a guided turn asks for, at least 1; by default the evaluator's capacity at each turn. */
  readonly proposals?: number | undefined;
  /** The run's seed, in [0, 2^53). The seeds of evaluations derive from it. */
  readonly seed: number;
  /** Share of the architectures whose training ignores bounds, to measure their effect: 0 to 1, by default 0. */
  readonly auditShare?: number | undefined;
  /** Limits on the costs of networks: nothing over them is evaluated or answered. Left out without limits. */
  readonly constraint?: Constraint | undefined;
  /** Scores the best architectures again before the search answers. Left out for a search without a last round. */
  readonly lastRound?: LastRound | undefined;
  /** The journalled events of an interrupted run, in order. They are replayed, and the search continues after them. */
  readonly recorded?: readonly JournalledEvent[] | undefined;
  /** Interrupts the search. */
  readonly signal?: AbortSignal | undefined;
}

/** The capacity may change; see {@link capacityOf}. */
const changingEvaluator = objectWith<Evaluator>('an evaluator: an object with a capacity and evaluate()', {
  capacity: anyNumber,
  ...withMethods('evaluate'),
});

const CONTROLLER_OPTIONS: OptionShape<ControllerOptions> = {
  space: spaceOption,
  strategy: strategyOption,
  objective: objectiveOption,
  evaluator: changingEvaluator,
  proposals: wholeNumberOption(1).optional(),
  seed: seedOption,
  auditShare: numberFrom(0, 1).optional(),
  constraint: z.instanceof(Constraint, { error: 'limits on the costs of networks' }).optional(),
  lastRound: objectWith<LastRound>('a last round: an object with a count, an evaluator and a seed', {
    count: wholeNumberOption(1),
    evaluator: changingEvaluator,
    seed: seedOption,
    onBegun: callback().optional(),
  }).optional(),
  recorded: z
    .array(
      z.custom<JournalledEvent>((event) => typeof event === 'object'),
      'an array of events',
    )
    .optional(),
  signal: abortSignal.optional(),
};

interface ControllerState extends ControllerOptions {
  readonly recording: Recording;
  readonly observer: Observer;
}

/**
 * Searches a space, event by event. It needs nothing but these objects; the built-in ones and your own can be mixed:
 *
 * ```ts
 * for await (const event of searchSpace({ space, strategy, objective, evaluator, seed: 1 })) {
 *   if (event.type === 'observed') console.log(event.genotype, event.loss);
 *   if (event.type === 'finished') console.log('Found', event.genotype);
 * }
 * ```
 *
 * The search acts on an event only after the consumer asks for the next one. A consumer that writes each event of type
 * {@link JournalledEvent} to disk before it asks for the next can resume from there with `recorded`.
 *
 * The result depends on the space, the strategy, the objective, the seed, the outcomes of evaluations and the
 * number of proposals. With that number given, it does not depend on the evaluator's capacity, and never on the order in which evaluations end. Isomorphic architectures are
 * evaluated once.
 * @returns the `finished` event, which is also the last event that it yields
 * @throws UsageError when the recorded events do not belong to this search, or no architecture has a finite loss
 * @throws InterruptedError when the signal aborts; running evaluations are not awaited
 * @throws any error that the evaluator throws, after the other running evaluations have ended and been yielded
 */
export function searchSpace(options: ControllerOptions): AsyncGenerator<SearchEvent, Finished> {
  return searchChecked(checkOptions('searchSpace()', CONTROLLER_OPTIONS, options));
}

async function* searchChecked(options: ControllerOptions): AsyncGenerator<SearchEvent, Finished> {
  const recording = readRecording(options.recorded ?? [], options);
  const run: ControllerState = { ...options, recording, observer: new Observer(options) };
  for (let turn = 0; ; turn += 1) {
    const recorded = recording.proposals[turn] ?? recording.finished;
    const event = recorded ?? (await decide(run, turn));
    if (!('genotypes' in event)) return yield* conclude(run, event.reason);
    yield { ...event, replayed: recorded !== null };
    yield* evaluate(run, event);
  }
}

/** Asks the strategy for the next turn, or for the reason why it stops. */
async function decide(run: ControllerState, turn: number): Promise<Proposed | Extract<Ask, { kind: 'stop' }>> {
  const ask = await unlessInterrupted(askWithin(run), run.signal);
  if (ask.kind === 'stop') return ask;
  const { space } = run;
  return {
    type: 'proposed',
    turn,
    phase: ask.phase,
    genotypes: ask.encodings.map((encoding) => space.print(encoding)),
    ...(ask.screened && { screened: ask.screened }),
  };
}

async function askWithin({ strategy, evaluator, observer, constraint, proposals }: ControllerState): Promise<Ask> {
  const { history } = observer;
  const ask = await strategy.ask(history, proposals ?? capacityOf(evaluator));
  return constraint === undefined ? ask : turnWithin(ask, history, constraint);
}

/** Scores the finalists of a search with a last round, and answers. */
async function* conclude(run: ControllerState, reason: StopReason): AsyncGenerator<SearchEvent, Finished> {
  const scores = run.lastRound === undefined ? [] : yield* scoreFinalists(run, run.lastRound);
  const { finished: recorded } = run.recording;
  const finished = await unlessInterrupted(finish(run, reason, scores), run.signal);
  if (recorded !== null) checkAnswer(recorded, finished);
  const event = recorded ?? finished;
  yield { ...event, replayed: recorded !== null };
  return event;
}

/** @returns the scores in the order of the search's ranks */
async function* scoreFinalists(
  { space, observer, recording, signal }: ControllerState,
  lastRound: LastRound,
): AsyncGenerator<SearchEvent, readonly FinalistScored[]> {
  const { evaluator, seed } = lastRound;
  const finalists = finalistsOf(space, observer.history, lastRound);
  const scores = new Map<string, FinalistScored>();
  for (const genotype of finalists) {
    const recorded = recording.finalists.get(genotype);
    if (recorded === undefined) continue;
    scores.set(genotype, recorded);
    yield { ...recorded, replayed: true };
  }
  const missing = finalists.filter((genotype) => !scores.has(genotype));
  if (missing.length > 0) lastRound.onBegun?.(missing.length);
  for await (const scored of evaluateAll(missing, { evaluator, seed, signal })) {
    const finalist: FinalistScored = { type: 'finalist', ...scored };
    scores.set(finalist.genotype, finalist);
    yield { ...finalist, replayed: false };
  }
  return finalists.map((genotype) => scores.get(genotype) as FinalistScored);
}

/** @param scores of the last round, which decides the answer if it has any */
async function finish(
  { space, strategy, observer, constraint }: ControllerState,
  reason: StopReason,
  scores: readonly FinalistScored[],
): Promise<Finished> {
  const { history } = observer;
  const decided = lastRoundAnswer(space, history, scores);
  const answer = decided ?? strategy.answer(history);
  const within = constraint === undefined ? answer : await answerWithin(answer, history, constraint);
  const { encoding, voters, note } = within;
  const confidence = decided === null ? await strategy.confidence?.(history, encoding) : null;
  return {
    type: 'finished',
    reason,
    genotype: space.print(encoding),
    note,
    voters: voters.map((voter) => ({ genotype: space.print(voter.encoding), loss: voter.loss })),
    ...(confidence && { confidence }),
  };
}

/**
 * Scores the architectures of a turn: from the recording, from isomorphic ones, and the rest by the evaluator. The
 * bounds of a turn come from the history before the turn, also when a part of the turn was recorded.
 */
async function* evaluate(run: ControllerState, proposed: Proposed): AsyncGenerator<SearchEvent, void> {
  const { observer, recording, strategy, objective } = run;
  const bounds = objective.isLoss ? strategy.bounds(observer.history) : [];
  const audit = (evaluated: Evaluated) => auditOf(evaluated, bounds, auditPlanOf(run));
  const needed = observer.expect(proposed);
  for (const canonical of needed) {
    const recorded = recording.evaluations.get(canonical);
    if (recorded === undefined) continue;
    observer.score(recorded, { replayed: true, audit: audit(recorded) });
    yield { ...recorded, replayed: true };
  }
  yield* observer.observe();
  const missing = needed.filter((canonical) => !recording.evaluations.has(canonical));
  const boundsOf = (genotype: string) => (isAudited(genotype, auditPlanOf(run)) ? [] : bounds);
  for await (const scored of evaluateAll(missing, run, boundsOf)) {
    const evaluated: Evaluated = { type: 'evaluated', ...scored };
    observer.score(evaluated, { replayed: false, audit: audit(evaluated) });
    yield { ...evaluated, replayed: false };
    yield* observer.observe();
  }
}

/**
 * Evaluates canonical genotypes, as many at a time as the evaluator takes. The results come as they end.
 * @param boundsOf the bounds that may stop the training of a genotype
 */
function evaluateAll(
  genotypes: readonly string[],
  { evaluator, seed, signal }: Pick<ControllerState, 'evaluator' | 'seed' | 'signal'>,
  boundsOf: (genotype: string) => readonly Bound[] = () => [],
): AsyncGenerator<Omit<Evaluated, 'type'>, void> {
  return runPool({
    items: genotypes,
    capacity: () => capacityOf(evaluator),
    run: async (genotype) => {
      const request = { genotype, seed: evaluationSeed(seed, genotype) };
      const bounds = boundsOf(genotype);
      const outcome = await evaluator.evaluate(bounds.length > 0 ? { ...request, bounds } : request);
      return { ...request, outcome };
    },
    signal,
  });
}

function auditPlanOf({ seed, auditShare = 0 }: ControllerState): AuditPlan {
  return { seed, share: auditShare };
}
