/** The last round of a search: its best architectures are scored again, and the best one answers. */
import { describe, expect, it } from 'vitest';
import { RMI } from '../../src/objectives/rmi.js';
import { searchSpace } from '../../src/search/controller.js';
import { type EvaluationOutcome, type EvaluationRequest, outcomeOfLoss } from '../../src/search/evaluator.js';
import type { FinalistScored, JournalledEvent, SearchEvent } from '../../src/search/events.js';
import { evaluationSeed } from '../../src/search/recording.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import {
  collect,
  createSimulatedEvaluator,
  createSimulatedStrategy,
  evaluationOf,
  finishOf,
  hashedLoss,
  historyOf,
  journalOf,
  SEED,
} from './simulated.js';

const space = createTinySpace(3, 4);
const COUNT = 4;
const OTHER_SEED = 5;

interface Changes {
  readonly capacity?: number;
  readonly order?: number;
  readonly count?: number;
  readonly recorded?: readonly JournalledEvent[];
  readonly outcomeOf?: (request: EvaluationRequest) => EvaluationOutcome;
}

async function run({ capacity = 2, order = 0, count = COUNT, recorded = [], outcomeOf }: Changes = {}) {
  const dearer = createSimulatedEvaluator(capacity, order, outcomeOf);
  const begun: number[] = [];
  const events = await collect(
    searchSpace({
      ...{ space, strategy: createSimulatedStrategy(space), objective: RMI, seed: SEED, recorded },
      evaluator: createSimulatedEvaluator(capacity, order),
      lastRound: { count, evaluator: dearer, seed: OTHER_SEED, onBegun: (architectures) => begun.push(architectures) },
    }),
  );
  return { events, dearer, begun };
}

const finalistsIn = (events: readonly SearchEvent[]) =>
  events.flatMap((event) => (event.type === 'finalist' ? [event] : []));
const byGenotype = (finalists: readonly FinalistScored[]) =>
  new Map(finalists.map(({ genotype, outcome }) => [genotype, outcome]));

describe('the last round', () => {
  it('scores the best architectures once, with seeds of its own, and answers the one of the lowest loss', async () => {
    const { events, dearer } = await run();
    const best = historyOf(events).toSorted((a, b) => a.loss - b.loss || a.index - b.index);
    const expected = [...new Set(best.map(({ canonical }) => canonical))].slice(0, COUNT);
    expect(dearer.requests.map(({ genotype }) => genotype)).toEqual(expected);
    for (const { genotype, seed } of dearer.requests) expect(seed).toBe(evaluationSeed(OTHER_SEED, genotype));
    const [winner] = dearer.requests.toSorted((a, b) => hashedLoss(a) - hashedLoss(b));
    const finished = finishOf(events);
    expect(finished.genotype).toBe(winner?.genotype);
    // The search ranked another one first, so the round has decided.
    expect(finished.genotype).not.toBe(expected[0]);
    expect(finished.note).toBe('The lowest loss of 4 finalists in the last round.');
    expect(finished.voters).toHaveLength(1);
    expect(finished.confidence).toBeUndefined();
  });

  it('tells how many architectures it scores where the search has fewer than it asks for', async () => {
    const { events, dearer, begun } = await run({ count: 1000 });
    const distinct = new Set(historyOf(events).map(({ canonical }) => canonical)).size;
    expect(begun).toEqual([distinct]);
    expect(dearer.requests).toHaveLength(distinct);
  });

  it('does not depend on the order of its results', async () => {
    const { events } = await run();
    for (const changes of [{ capacity: 1 }, { capacity: 4, order: 3 }]) {
      const other = await run(changes);
      expect(finishOf(other.events)).toEqual(finishOf(events));
      expect(byGenotype(finalistsIn(other.events))).toEqual(byGenotype(finalistsIn(events)));
    }
  });

  it('goes on after an interruption without scoring anything twice', async () => {
    const journal = journalOf((await run()).events);
    const first = journal.findIndex(({ type }) => type === 'finalist');
    expect(journal.slice(first).map(({ type }) => type)).toEqual([...Array(COUNT).fill('finalist'), 'finished']);
    for (let end = first; end <= journal.length; end += 1) {
      const { events, dearer, begun } = await run({ recorded: journal.slice(0, end), order: end });
      const missing = Math.max(0, first + COUNT - end);
      expect(dearer.requests).toHaveLength(missing);
      expect(begun).toEqual(missing > 0 ? [missing] : []);
      expect(finishOf(events)).toEqual(journal.at(-1));
      expect(finalistsIn(events).filter(({ replayed }) => replayed)).toHaveLength(Math.min(COUNT, end - first));
    }
  });

  it('counts a loss that is not finite as none, and answers by the others', async () => {
    const { events, dearer } = await run();
    const winner = finishOf(events).genotype;
    const other = dearer.requests.find(({ genotype }) => genotype !== winner)?.genotype;
    for (const loss of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const outcomeOf = (request: EvaluationRequest) =>
        request.genotype === other ? outcomeOfLoss(loss) : { evaluation: evaluationOf(hashedLoss(request)) };
      expect(finishOf((await run({ outcomeOf })).events)).toEqual(finishOf(events));
    }
  });

  it('leaves the answer to the rule of the search when no finalist has a loss', async () => {
    const plain = await collect(
      searchSpace({
        ...{ space, strategy: createSimulatedStrategy(space), objective: RMI, seed: SEED },
        evaluator: createSimulatedEvaluator(2, 0),
      }),
    );
    const outcomes: EvaluationOutcome[] = [{ failure: 'too large' }, { evaluation: evaluationOf(null) }];
    for (const outcome of outcomes) {
      const { events } = await run({ outcomeOf: () => outcome });
      expect(finalistsIn(events)).toHaveLength(COUNT);
      expect(finishOf(events)).toEqual(finishOf(plain));
    }
  });
});
