/** What every strategy must do, whatever it is called for; each strategy's own test calls it. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import type { Encoding, Space } from '../../src/spaces/space.js';
import type { Observation, Strategy } from '../../src/strategies/strategy.js';
import { NO_CURVE } from './no-curve.js';

/** Makes a new strategy that asks for at most `cap` evaluations. */
export type MakeStrategy = (options: { space: Space; seed: number; cap: number }) => Strategy;

const STEPS = 10_000;

/** Runs a strategy to its end; the losses are a function of the encoding. */
export async function runStrategy(
  strategy: Strategy,
  lossOf: (encoding: Encoding) => number,
  capacity: number,
): Promise<{ history: Observation[]; reason: string; turns: number[] }> {
  const history: Observation[] = [];
  const turns: number[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const ask = await strategy.ask(history, capacity);
    if (ask.kind === 'stop') return { history, reason: ask.reason, turns };
    turns.push(ask.encodings.length);
    for (const encoding of ask.encodings) {
      history.push({ phase: ask.phase, encoding, loss: lossOf(encoding), ...NO_CURVE });
    }
  }
  throw new Error(`The strategy has not stopped after ${STEPS} turns.`);
}

/** Of each turn its phase, and how many classes of twins had no score before it. */
function trainingsOf(history: readonly Observation[], turns: readonly number[], space: Space) {
  const scored = new Set<string>();
  let start = 0;
  return turns.map((proposals) => {
    const before = scored.size;
    const turn = history.slice(start, start + proposals);
    for (const { encoding } of turn) scored.add(String(space.canonical(encoding)));
    start += proposals;
    return { phase: turn[0]?.phase, trainings: scored.size - before };
  });
}

export function describeStrategy(name: string, make: MakeStrategy, spaces: readonly Space[]): void {
  const sum: (encoding: Encoding) => number = (encoding) => encoding.reduce((total, category) => total + category, 0);
  const diverging = (encoding: Encoding) => (sum(encoding) % 3 === 0 ? sum(encoding) : Number.POSITIVE_INFINITY);

  describe.each(spaces.map((space) => [space.name, space] as const))(`${name} as a strategy, on %s`, (_, space) => {
    const cap = Math.min(60, space.size);

    it.each([1, 3, 7])('proposes distinct genotypes up to its cap, %i at a time', async (capacity) => {
      for (const lossOf of [sum, diverging]) {
        const { history, turns } = await runStrategy(make({ space, seed: 1, cap }), lossOf, capacity);
        expect(turns.every((proposals) => proposals > 0)).toBe(true);
        expect(new Set(history.map(({ encoding }) => String(encoding))).size).toBe(history.length);
        expect(history.length).toBeLessThanOrEqual(cap);
        for (const { phase, trainings } of trainingsOf(history, turns, space)) {
          if (phase === 'guided') expect(trainings).toBeLessThanOrEqual(capacity);
        }
        for (const { encoding } of history) expect(space.parse(space.print(encoding))).toEqual(encoding);
      }
    });

    it('does the same for the same seed and history, and not for another seed', async () => {
      const run = async (seed: number) => (await runStrategy(make({ space, seed, cap }), sum, 2)).history;
      expect(await run(5)).toEqual(await run(5));
      expect(await run(6)).not.toEqual(await run(5));
    });

    it('keeps no state: a fresh one that is given a beginning of the history asks for the same', async () => {
      const { history, turns } = await runStrategy(make({ space, seed: 2, cap }), sum, 3);
      let start = 0;
      for (const proposals of turns) {
        const ask = await make({ space, seed: 2, cap }).ask(history.slice(0, start), 3);
        const expected = history.slice(start, start + proposals).map(({ encoding }) => encoding);
        expect(ask).toMatchObject({ kind: 'evaluate', encodings: expected });
        start += proposals;
      }
    });

    it('changes nothing that it is given', async () => {
      const frozen = Object.freeze(
        (await runStrategy(make({ space, seed: 3, cap }), sum, 3)).history.map(Object.freeze),
      );
      const strategy = make({ space, seed: 3, cap });
      await strategy.ask(frozen as Observation[], 2);
      strategy.status(frozen as Observation[]);
      strategy.answer(frozen as Observation[]);
    });

    it('never moves a threshold that it has set', async () => {
      const strategy = make({ space, seed: 4, cap });
      const { history } = await runStrategy(strategy, diverging, 4);
      const thresholds = history.map((_, end) => strategy.status(history.slice(0, end + 1)).threshold);
      const first = thresholds.findIndex((threshold) => threshold !== null);
      expect(new Set(first < 0 ? [] : thresholds.slice(first)).size).toBeLessThanOrEqual(1);
    });

    it('answers a genotype of the space, from voters in the history, best first', async () => {
      const strategy = make({ space, seed: 6, cap });
      const { history } = await runStrategy(strategy, diverging, 2);
      const { encoding, voters, note } = strategy.answer(history);
      expect(space.parse(space.print(encoding))).toEqual(encoding);
      expect(voters.length).toBeGreaterThan(0);
      expect(voters.every((voter) => history.includes(voter) && Number.isFinite(voter.loss))).toBe(true);
      expect(voters.map(({ loss }) => loss)).toEqual(voters.map(({ loss }) => loss).sort((a, b) => a - b));
      expect(note).not.toBe('');
    });

    it('has no answer where no loss is finite, and says so', async () => {
      const strategy = make({ space, seed: 7, cap });
      const { history } = await runStrategy(strategy, () => Number.POSITIVE_INFINITY, 2);
      expect(history).toHaveLength(cap);
      expect(() => strategy.answer(history)).toThrow(UsageError);
    });
  });
}
