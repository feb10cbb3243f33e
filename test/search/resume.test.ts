import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { RMI } from '../../src/objectives/rmi.js';
import { searchSpace } from '../../src/search/controller.js';
import type { Finished, JournalledEvent } from '../../src/search/events.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import type { Space } from '../../src/spaces/space.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import {
  collect,
  createSimulatedEvaluator,
  createSimulatedStrategy,
  finishOf,
  historyOf,
  journalOf,
  SEED,
} from './simulated.js';

const tiny = createTinySpace(3, 4);

async function run(space: Space, capacity: number, order: number, recorded: readonly JournalledEvent[] = []) {
  const evaluator = createSimulatedEvaluator(capacity, order);
  const strategy = createSimulatedStrategy(space);
  const events = await collect(searchSpace({ space, strategy, objective: RMI, evaluator, seed: SEED, recorded }));
  return { events, evaluator };
}

const evaluationsIn = (journal: readonly JournalledEvent[]) =>
  journal.filter(({ type }) => type === 'evaluated').length;

describe('search: resumed', () => {
  it.each([
    [tiny, 1],
    [tiny, 3],
    [nasBench201, 1],
    [nasBench201, 3],
  ] as const)('at every point of its journal it ends as if never stopped (case %#)', async (space, capacity) => {
    const whole = await run(space, capacity, 0);
    const journal = journalOf(whole.events);
    for (let end = 0; end <= journal.length; end += 1) {
      const recorded = journal.slice(0, end);
      const { events, evaluator } = await run(space, capacity, end, recorded);
      expect(finishOf(events)).toEqual(finishOf(whole.events));
      expect(historyOf(events)).toEqual(historyOf(whole.events));
      expect(evaluator.requests).toHaveLength(evaluationsIn(journal) - evaluationsIn(recorded));
      expect(new Set(journalOf(events.filter(({ replayed }) => replayed)))).toEqual(new Set(recorded));
      expect(new Set(journalOf(events).map((entry) => JSON.stringify(entry)))).toEqual(
        new Set(journal.map((entry) => JSON.stringify(entry))),
      );
    }
  });

  it('gives the same result after many resumptions with other orders of results', async () => {
    const whole = await run(tiny, 3, 0);
    const stops = fc.array(fc.nat({ max: 6 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(stops, fc.nat(), async (progress, order) => {
        let journal: JournalledEvent[] = [];
        for (const [attempt, more] of progress.entries()) {
          const { events } = await run(tiny, 3, order + attempt, journal);
          const fresh = journalOf(events.filter(({ replayed }) => !replayed));
          journal = [...journal, ...fresh.slice(0, more)];
        }
        const { events } = await run(tiny, 3, order, journal);
        expect(historyOf(events)).toEqual(historyOf(whole.events));
        expect(finishOf(events)).toEqual(finishOf(whole.events));
      }),
      { numRuns: 25 },
    );
  });

  it('keeps proposals from another capacity', async () => {
    const journal = journalOf((await run(tiny, 3, 0)).events);
    const recorded = journal.slice(0, journal.findIndex((event) => event.type === 'proposed' && event.turn === 2) + 1);
    const { events } = await run(tiny, 1, 0, recorded);
    const proposed = journalOf(events).filter(({ type }) => type === 'proposed');
    expect(proposed.slice(0, 3)).toEqual(recorded.filter(({ type }) => type === 'proposed'));
    expect(finishOf(events).reason).toBe('successes-reached');
  });

  it('marks an observation as replayed as long as all earlier ones are', async () => {
    const journal = journalOf((await run(nasBench201, 1, 0)).events);
    // The journal lacks the second result and has the third.
    const recorded = journal.slice(0, 4).filter((_, index) => index !== 2);
    const { events } = await run(nasBench201, 1, 0, recorded);
    const replayed = events.flatMap((event) => (event.type === 'observed' ? [event.replayed] : []));
    expect(replayed.slice(0, 4)).toEqual([true, false, false, false]);
  });
});

describe('search: a journal of another search', () => {
  const [first, second] = ['0120', '0121'];
  const proposed = { type: 'proposed', turn: 0, phase: 'warm-up', genotypes: [first] } as const;
  const evaluated = { type: 'evaluated', genotype: '0012', seed: 1, outcome: { failure: 'x' } } as const;
  const finished = { type: 'finished', reason: 'evaluation-cap', genotype: '0120', note: '', voters: [] } as const;

  it.each<[string, JournalledEvent[]]>([
    ['turn 0 proposes "9999", which is not in tiny', [{ ...proposed, genotypes: ['9999'] }]],
    ['turn 0 proposes nothing', [{ ...proposed, genotypes: [] }]],
    ['turn 1 follows 0 turn(s)', [{ ...proposed, turn: 1 }]],
    ['turn 0 follows 1 turn(s)', [proposed, proposed]],
    ['"0012" was evaluated but not proposed', [{ ...proposed, genotypes: [second] }, evaluated]],
    ['"0012" was evaluated with the seed 1, which belongs to another run', [proposed, evaluated]],
    ['it continues after the end of the search', [proposed, finished, { ...proposed, turn: 1 }]],
  ])('is refused: %s', async (problem, recorded) => {
    await expect(run(tiny, 1, 0, recorded)).rejects.toThrow(UsageError);
    await expect(run(tiny, 1, 0, recorded)).rejects.toThrow(problem);
  });
});

describe('search: a recorded answer', () => {
  it.each<[string, (finished: Finished) => Partial<Finished>]>([
    ['its answer is "1111", and its history gives', () => ({ genotype: '1111' })],
    ['its voters are not those', ({ voters }) => ({ voters: voters.slice(1) })],
    ['its voters are not those', ({ voters }) => ({ voters: voters.map((voter) => ({ ...voter, loss: 0 })) })],
  ])('is refused unless the history gives it: %s', async (problem, change) => {
    const journal = journalOf((await run(tiny, 1, 0)).events);
    const changed = journal.map((event) => (event.type === 'finished' ? { ...event, ...change(event) } : event));
    await expect(run(tiny, 1, 0, changed)).rejects.toMatchObject({
      code: 'corrupt-journal',
      message: expect.stringContaining(problem),
    });
  });

  it('may have another note: a later version may word it differently', async () => {
    const journal = journalOf((await run(tiny, 1, 0)).events);
    const reworded = journal.map((event) => (event.type === 'finished' ? { ...event, note: 'Reworded.' } : event));
    expect(finishOf((await run(tiny, 1, 0, reworded)).events).note).toBe('Reworded.');
  });
});
