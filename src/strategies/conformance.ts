/** The rules that every search strategy must follow, as checks that any test runner can call. */

import assert from 'node:assert/strict';
import { UsageError } from '../errors.js';
import { arrayOf, callback, checkArgument } from '../options.js';
import { type Encoding, type Space, spaceOption } from '../spaces/space.js';
import type { Observation, Strategy } from './strategy.js';

/** Makes a new strategy that asks for at most `cap` evaluations. */
export type MakeStrategy = (options: { space: Space; seed: number; cap: number }) => Strategy;

export interface StrategyCheck {
  /** Completes "a strategy …". */
  readonly name: string;
  /** @throws AssertionError when the strategy breaks the rule */
  run(make: MakeStrategy, space: Space): Promise<void>;
}

/** A complete run of a strategy. */
export interface StrategyRun {
  readonly history: Observation[];
  /** The reason for which the strategy stopped. */
  readonly reason: string;
  /** Number of proposals in each turn. */
  readonly turns: number[];
}

const MOST_TURNS = 10_000;

/**
 * Runs all checks.
 * @throws UsageError `invalid-option`
 * @throws AssertionError for the first broken rule; its message names the strategy's space and the rule
 */
export async function checkStrategy(make: MakeStrategy, spaces: readonly Space[]): Promise<void> {
  checkArgument('checkStrategy()', 'make', callback(), make);
  checkArgument('checkStrategy()', 'spaces', arrayOf(spaceOption, 'spaces'), spaces);
  for (const space of spaces) {
    for (const { name, run } of STRATEGY_CHECKS) {
      try {
        await run(make, space);
      } catch (error) {
        if (error instanceof Error) {
          error.message = `The strategy breaks a rule on the space ${space.name}: it ${name}. ${error.message}`;
        }
        throw error;
      }
    }
  }
}

/** Runs a strategy to its end with losses that are a function of the encoding. */
export async function runStrategy(
  strategy: Strategy,
  lossOf: (encoding: Encoding) => number,
  capacity: number,
): Promise<StrategyRun> {
  const history: Observation[] = [];
  const turns: number[] = [];
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const ask = await strategy.ask(history, capacity);
    if (ask.kind === 'stop') return { history, reason: ask.reason, turns };
    turns.push(ask.encodings.length);
    for (const encoding of ask.encodings) {
      const loss = lossOf(encoding);
      history.push({ phase: ask.phase, encoding, loss, curve: [], proxyValues: {}, stopped: false });
    }
  }
  throw new Error(`The strategy has not stopped after ${MOST_TURNS} turns.`);
}

/** For each turn its phase, and how many classes of isomorphic architectures had no score before it. */
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

const sum = (encoding: Encoding): number => encoding.reduce((total, category) => total + category, 0);
const diverging = (encoding: Encoding) => (sum(encoding) % 3 === 0 ? sum(encoding) : Number.POSITIVE_INFINITY);
const capOf = (space: Space) => Math.min(60, space.size);

function checkGenotype(space: Space, encoding: Encoding): void {
  assert.deepEqual(space.parse(space.print(encoding)), encoding);
}

/** @param capacity how many evaluations run in parallel */
function proposesDistinct(capacity: number): StrategyCheck {
  return {
    name: `proposes distinct genotypes up to its cap, ${capacity} at a time`,
    run: async (make, space) => {
      const cap = capOf(space);
      for (const lossOf of [sum, diverging]) {
        const { history, turns } = await runStrategy(make({ space, seed: 1, cap }), lossOf, capacity);
        assert(turns.every((proposals) => proposals > 0));
        assert.equal(new Set(history.map(({ encoding }) => String(encoding))).size, history.length);
        assert(history.length <= cap);
        for (const { phase, trainings } of trainingsOf(history, turns, space)) {
          if (phase === 'guided') assert(trainings <= capacity);
        }
        for (const { encoding } of history) checkGenotype(space, encoding);
      }
    },
  };
}

export const STRATEGY_CHECKS: readonly StrategyCheck[] = [
  ...[1, 3, 7].map(proposesDistinct),
  {
    name: 'does the same for the same seed and history, and something else for another seed',
    run: async (make, space) => {
      const run = async (seed: number) => (await runStrategy(make({ space, seed, cap: capOf(space) }), sum, 2)).history;
      assert.deepEqual(await run(5), await run(5));
      assert.notDeepEqual(await run(6), await run(5));
    },
  },
  {
    name: 'keeps no state: a new one asks for the same after the same history',
    run: async (make, space) => {
      const options = { space, seed: 2, cap: capOf(space) };
      const { history, turns } = await runStrategy(make(options), sum, 3);
      let start = 0;
      for (const proposals of turns) {
        const ask = await make(options).ask(history.slice(0, start), 3);
        const expected = history.slice(start, start + proposals).map(({ encoding }) => encoding);
        assert(ask.kind === 'evaluate');
        assert.deepEqual(ask.encodings, expected);
        start += proposals;
      }
    },
  },
  {
    name: 'does not modify the history',
    run: async (make, space) => {
      const options = { space, seed: 3, cap: capOf(space) };
      const { history } = await runStrategy(make(options), sum, 3);
      const frozen = Object.freeze(history.map((observation) => Object.freeze(observation)));
      const strategy = make(options);
      await strategy.ask(frozen, 2);
      strategy.status(frozen);
      strategy.bounds(frozen);
      strategy.answer(frozen);
    },
  },
  {
    name: 'never moves a threshold that it has set',
    run: async (make, space) => {
      const strategy = make({ space, seed: 4, cap: capOf(space) });
      const { history } = await runStrategy(strategy, diverging, 4);
      const thresholds = history.map((_, end) => strategy.status(history.slice(0, end + 1)).threshold);
      const first = thresholds.findIndex((threshold) => threshold !== null);
      assert(new Set(first < 0 ? [] : thresholds.slice(first)).size <= 1);
    },
  },
  {
    name: 'answers with a genotype of the space, from voters in the history, best first',
    run: async (make, space) => {
      const strategy = make({ space, seed: 6, cap: capOf(space) });
      const { history } = await runStrategy(strategy, diverging, 2);
      const { encoding, voters, note } = strategy.answer(history);
      checkGenotype(space, encoding);
      assert(voters.length > 0);
      assert(voters.every((voter) => history.includes(voter) && Number.isFinite(voter.loss)));
      const losses = voters.map(({ loss }) => loss);
      assert.deepEqual(
        losses,
        losses.toSorted((a, b) => a - b),
      );
      assert.notEqual(note, '');
    },
  },
  {
    name: 'refuses to answer with a UsageError when no loss is finite',
    run: async (make, space) => {
      const cap = capOf(space);
      const strategy = make({ space, seed: 7, cap });
      const { history } = await runStrategy(strategy, () => Number.POSITIVE_INFINITY, 2);
      assert.equal(history.length, cap);
      assert.throws(() => strategy.answer(history), UsageError);
    },
  },
];
