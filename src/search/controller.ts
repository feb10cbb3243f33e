import type { Objective } from '../objectives/objective.js';
import type { Bound } from '../protocol/messages.js';
import type { Space } from '../spaces/space.js';
import type { StopReason, Strategy } from '../strategies/strategy.js';
import { type AuditPlan, auditOf, isAudited } from './audit.js';
import type { Evaluator } from './evaluator.js';
import type { Evaluated, Finished, JournalledEvent, Proposed, SearchEvent } from './events.js';
import { unlessInterrupted } from './interruption.js';
import { Observer } from './observer.js';
import { runPool } from './pool.js';
import { evaluationSeed, type Recording, readRecording } from './recording.js';

export interface SearchOptions {
  readonly space: Space;
  readonly strategy: Strategy;
  readonly objective: Objective;
  readonly evaluator: Evaluator;
  /** The run's seed, in [0, 2^53). */
  readonly seed: number;
  /** Share of the architectures whose training ignores bounds, to see what these do: from 0, the default, to 1. */
  readonly auditShare?: number;
  /** What an earlier part of this run journalled, in order; it is replayed, and the search goes on from there. */
  readonly recorded?: readonly JournalledEvent[];
  readonly signal?: AbortSignal;
}

interface Search extends SearchOptions {
  readonly recording: Recording;
  readonly observer: Observer;
}

/**
 * Searches, one event at a time. An event is acted on only after the consumer has asked for the next one: what a
 * consumer writes down before it asks is enough to resume from. The history, and so the result, depends on the
 * space, the strategy, the seed, the evaluator's scores and its capacity, and not on the order of their arrival.
 * @throws UsageError when the recorded events cannot be of this search, or no architecture has a finite loss.
 * @throws InterruptedError when the signal aborts; evaluations that have not ended by then are left to themselves.
 * @throws whatever the evaluator throws, after the other evaluations under way have ended and been yielded.
 */
export async function* search(options: SearchOptions): AsyncGenerator<SearchEvent, Finished> {
  const recording = readRecording(options.recorded ?? [], options);
  const run: Search = { ...options, recording, observer: new Observer(options) };
  for (let turn = 0; ; turn += 1) {
    const recorded = recording.proposals[turn] ?? recording.finished;
    const event = recorded ?? (await decide(run, turn));
    yield { ...event, replayed: recorded !== null };
    if (event.type === 'finished') return event;
    yield* evaluate(run, event);
  }
}

/** Asks the strategy for the next turn, or for its answer when it wants no more. */
async function decide(
  { space, strategy, evaluator, observer, signal }: Search,
  turn: number,
): Promise<Proposed | Finished> {
  const { history } = observer;
  const ask = await unlessInterrupted(strategy.ask(history, Math.max(1, evaluator.capacity)), signal);
  if (ask.kind === 'stop') return conclude({ space, strategy, observer }, ask.reason);
  return {
    type: 'proposed',
    turn,
    phase: ask.phase,
    genotypes: ask.encodings.map((encoding) => space.print(encoding)),
    ...(ask.screened && { screened: ask.screened }),
  };
}

function conclude(
  { space, strategy, observer }: Pick<Search, 'space' | 'strategy' | 'observer'>,
  reason: StopReason,
): Finished {
  const { encoding, voters, note } = strategy.answer(observer.history);
  return {
    type: 'finished',
    reason,
    genotype: space.print(encoding),
    note,
    voters: voters.map((voter) => ({ genotype: space.print(voter.encoding), loss: voter.loss })),
  };
}

/**
 * Scores a turn's architectures: from the recording, from twins, and the rest by the evaluator. The bounds of a turn
 * are those of the history before it, whatever of it has been recorded.
 */
async function* evaluate(run: Search, proposed: Proposed): AsyncGenerator<SearchEvent, void> {
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
  for await (const evaluated of evaluateMissing(run, missing, bounds)) {
    observer.score(evaluated, { replayed: false, audit: audit(evaluated) });
    yield { ...evaluated, replayed: false };
    yield* observer.observe();
  }
}

function evaluateMissing(
  run: Search,
  missing: readonly string[],
  bounds: readonly Bound[],
): AsyncGenerator<Evaluated, void> {
  const { evaluator, seed, signal } = run;
  return runPool({
    items: missing,
    capacity: () => evaluator.capacity,
    run: async (genotype): Promise<Evaluated> => {
      const request = { genotype, seed: evaluationSeed(seed, genotype) };
      const bounded = bounds.length > 0 && !isAudited(genotype, auditPlanOf(run));
      const outcome = await evaluator.evaluate(bounded ? { ...request, bounds } : request);
      return { type: 'evaluated', ...request, outcome };
    },
    signal,
  });
}

function auditPlanOf({ seed, auditShare = 0 }: Search): AuditPlan {
  return { seed, share: auditShare };
}
