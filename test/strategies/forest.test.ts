import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SidecarError, UsageError } from '../../src/errors.js';
import type { Fit } from '../../src/protocol/forest.js';
import { darts } from '../../src/spaces/darts/space.js';
import { mb } from '../../src/spaces/mb/space.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import { proxyless } from '../../src/spaces/proxyless/space.js';
import type { Encoding, VoteMethod } from '../../src/spaces/space.js';
import { createForest, type ForestSettings } from '../../src/strategies/forest.js';
import type { Observation, Surrogate } from '../../src/strategies/strategy.js';
import { conditional } from '../spaces/conditional-space.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import { describeStrategy, runStrategy } from './conformance.js';
import { frequencySurrogate } from './frequency-surrogate.js';
import { NO_CURVE } from './no-curve.js';

const { POSITIVE_INFINITY: infinity } = Number;
const tiny = createTinySpace(3, 3);
const settings: ForestSettings = {
  warmup: 10,
  thresholdRate: 0.2,
  successes: 4,
  candidates: 50,
  answer: 'vote',
  vote: 'sum',
  edgeRank: 'votes',
  voters: 5,
  cap: 100,
  futility: false,
  seed: 7,
};
const forest = (changes: Partial<ForestSettings> = {}, space = nasBench201, surrogate = frequencySurrogate) =>
  createForest({ space, surrogate, settings: { ...settings, ...changes } });
const sum = (encoding: Encoding) => encoding.reduce((total, category) => total + category, 0);

describeStrategy('forest', ({ space, seed, cap }) => forest({ seed, cap, successes: 30 }, space), [
  nasBench201,
  darts,
  nasBenchMacro,
  proxyless,
  mb,
  conditional,
  tiny,
  createTinySpace(2, 10),
]);

interface Golden {
  readonly warmup: number;
  readonly thresholdRate: number;
  readonly threshold: number;
  readonly votes: readonly { readonly method: VoteMethod; readonly voters: number; readonly encoding: number[] }[];
  readonly history: readonly { readonly genotype: string; readonly loss: number }[];
}

describe('forest: compared with XNAS', () => {
  const fixture = new URL('../fixtures/nas-bench-201/rf-suggest.json', import.meta.url);
  const golden = JSON.parse(readFileSync(fixture, 'utf8')) as Golden;
  const history = golden.history.map(
    ({ genotype, loss }, index): Observation => ({
      phase: index < golden.warmup ? 'warm-up' : 'guided',
      encoding: nasBench201.parse(genotype),
      loss,
      ...NO_CURVE,
    }),
  );
  const { warmup, thresholdRate } = golden;

  it('has the same threshold', () => {
    const status = forest({ warmup, thresholdRate }).status(history);
    expect(status.threshold).toBe(golden.threshold);
    expect(status.thresholdNote).toBeNull();
    expect(status.successes).toBe(40);
  });

  it.each(golden.votes)('has the same $method vote of the best $voters', ({ method, voters, encoding }) => {
    const answer = forest({ warmup, thresholdRate, vote: method, voters }).answer(history);
    expect(answer.encoding).toEqual(encoding);
    expect(answer.voters).toHaveLength(Math.min(voters, 45));
  });
});

describe('forest: warm-up', () => {
  it('is proposed in one turn for any capacity', async () => {
    const one = await forest().ask([], 1);
    expect(one).toMatchObject({ kind: 'evaluate', phase: 'warm-up' });
    expect(one.kind === 'evaluate' && one.encodings.length).toBe(10);
    expect(await forest().ask([], 4)).toEqual(one);
  });

  it('continues with `capacity` architectures at a time while fewer than two losses are finite', async () => {
    const strategy = forest({ successes: 1 });
    const finite = new Set([12, 14]);
    let evaluated = 0;
    const { history, turns } = await runStrategy(strategy, () => (finite.has(evaluated++) ? 1 : infinity), 3);
    expect(turns.slice(0, 3)).toEqual([10, 3, 3]);
    expect(history.findIndex(({ phase }) => phase === 'guided')).toBe(16);
    expect(strategy.status(history.slice(0, 14)).threshold).toBeNull();
    expect(strategy.status(history.slice(0, 15)).threshold).toBe(1 + 1e-9);
  });

  it('is no longer than the cap or the space', async () => {
    const capped = await runStrategy(forest({ cap: 6 }), sum, 2);
    expect([capped.history.length, capped.reason]).toEqual([6, 'evaluation-cap']);
    const whole = await runStrategy(forest({ warmup: 500 }, tiny), sum, 2);
    expect([whole.history.length, whole.reason, whole.turns]).toEqual([27, 'space-exhausted', [27]]);
  });

  it('answers the only architecture with a finite loss', async () => {
    const strategy = forest({ cap: 12 });
    let evaluated = 0;
    const { history } = await runStrategy(strategy, () => (evaluated++ === 4 ? 2 : infinity), 3);
    const answer = strategy.answer(history);
    expect([answer.encoding, answer.voters]).toEqual([history[4]?.encoding, [history[4]]]);
    expect(answer.note).toMatch('only');
  });
});

describe('forest: answer', () => {
  it('is the best architecture when RMINAS.ANSWER is best', async () => {
    const { history } = await runStrategy(forest({ cap: 40, successes: 100 }), sum, 2);
    const best = history.reduce((lowest, each) => (each.loss < lowest.loss ? each : lowest));
    const answer = forest({ answer: 'best' }).answer(history);
    expect(answer).toEqual({ encoding: best.encoding, voters: [best], note: 'The best of 40 architectures.' });
    expect(forest({ answer: 'vote' }).answer(history).voters).toHaveLength(5);
  });
});

describe('forest: last fit', () => {
  it('learns from the whole history, and there is none before a guided turn', async () => {
    const strategy = forest({ cap: 12 });
    const { history } = await runStrategy(strategy, sum, 2);
    const { threshold } = strategy.status(history);
    expect(strategy.lastFit?.(history)).toMatchObject({
      known: history.map(({ encoding }) => encoding),
      good: history.map(({ loss }) => loss < (threshold ?? 0)),
      candidates: [],
    });
    expect(strategy.lastFit?.(history.slice(0, 10))).toBeNull();
  });
});

describe('forest: guided turns', () => {
  const listening = (requests: Fit[], probability: (encoding: Encoding) => number): Surrogate => {
    return async (request) => {
      requests.push(request);
      return request.candidates.map(probability);
    };
  };

  it('fits the forest on the whole history and ranks distinct unknown candidates', async () => {
    const requests: Fit[] = [];
    const strategy = forest({ seed: 2 ** 33 + 5 }, nasBench201, listening(requests, sum));
    const { history } = await runStrategy(strategy, sum, 1);
    const threshold = strategy.status(history).threshold ?? 0;
    expect(requests).toHaveLength(history.length - 10);
    for (const [turn, request] of requests.entries()) {
      const before = history.slice(0, 10 + turn);
      expect(request).toMatchObject({ trees: 30, seed: 5, features: nasBench201.features });
      expect(request.known).toEqual(before.map(({ encoding }) => encoding));
      expect(request.good).toEqual(before.map(({ loss }) => loss < threshold));
      const candidates = request.candidates.map(String);
      expect(new Set([...candidates, ...request.known.map(String)]).size).toBe(candidates.length + before.length);
      expect(candidates.length).toBeLessThanOrEqual(50);
    }
    expect(new Set(requests.map(({ candidates }) => String(candidates[0]))).size).toBe(requests.length);
  });

  it('proposes the most probable candidates first, and of equal ones the first drawn', async () => {
    const requests: Fit[] = [];
    const surrogate = listening(requests, (encoding) => (encoding[0] ?? 0) / 4);
    const strategy = forest({}, nasBench201, surrogate);
    const { history } = await runStrategy(forest({ cap: 10 }), sum, 1);
    const ask = await strategy.ask(history, 15);
    const ranked = [4, 3, 2, 1, 0].flatMap((first) => requests[0]?.candidates.filter(([slot]) => slot === first) ?? []);
    const proposed = ask.kind === 'evaluate' ? ask.encodings : [];
    expect(proposed.length).toBeGreaterThanOrEqual(15);
    expect(ask).toEqual({ kind: 'evaluate', phase: 'guided', encodings: ranked.slice(0, proposed.length) });
  });

  it('adds isomorphic candidates to the trainings that run in parallel', async () => {
    const classOf = (encoding: Encoding) => String(nasBench201.canonical(encoding));
    const { history } = await runStrategy(forest({ cap: 60, warmup: 60 }), sum, 1);
    const scored = new Set(history.map(({ encoding }) => classOf(encoding)));
    const isDuplicate = (encoding: Encoding) => scored.has(classOf(encoding));
    /** Whether each proposal is a duplicate, when some new ones rank first, then all duplicates, then the rest. */
    const duplicatesAmong = async (newOnes: number, capacity: number) => {
      const surrogate: Surrogate = async ({ candidates }) => {
        const encodings: Encoding[] = candidates;
        const first = new Set(encodings.filter((each) => !isDuplicate(each)).slice(0, newOnes));
        return encodings.map((each) => (first.has(each) ? 1 : isDuplicate(each) ? 0.5 : 0));
      };
      const asked = await forest({ warmup: 60, candidates: 200 }, nasBench201, surrogate).ask(history, capacity);
      return asked.kind === 'evaluate' ? asked.encodings.map(isDuplicate) : [];
    };
    // All duplicates and two more new ones join, so that no worker is idle.
    const filled = await duplicatesAmong(1, 3);
    expect(filled.filter((duplicate) => !duplicate)).toHaveLength(3);
    expect([filled[0], filled[1], ...filled.slice(-2)]).toEqual([false, true, false, false]);
    expect(await duplicatesAmong(3, 3)).toEqual([false, false, false]);
    // A turn without a training asks the forest again immediately. With one worker, turns equal those of the original.
    expect(await duplicatesAmong(0, 3)).toEqual([true, true, true]);
    expect(await duplicatesAmong(1, 1)).toEqual([false]);
    expect(await duplicatesAmong(0, 1)).toEqual([true]);
  });

  it('draws more when all candidates are known, until the space is exhausted', async () => {
    const strategy = forest({ candidates: 1, successes: 100 }, tiny);
    const { history, reason, turns } = await runStrategy(strategy, sum, 4);
    expect([history.length, reason]).toEqual([27, 'space-exhausted']);
    expect(turns).toEqual([10, 4, 4, 4, 4, 1]);
  });

  it('stops at its successes, without counting good architectures of the warm-up', async () => {
    const strategy = forest({ thresholdRate: 0.5 });
    const { history, reason } = await runStrategy(strategy, sum, 1);
    const { threshold, successes } = strategy.status(history);
    expect([reason, successes]).toEqual(['successes-reached', 4]);
    expect(history.slice(10).filter(({ loss }) => loss < (threshold ?? 0))).toHaveLength(4);
  });

  it('stops at its cap and never proposes more', async () => {
    const { history, reason, turns } = await runStrategy(forest({ cap: 18, successes: 100 }), sum, 3);
    // The first guided turn contains a duplicate.
    expect([history.length, reason, turns]).toEqual([18, 'evaluation-cap', [10, 4, 3, 1]]);
  });

  it('throws when the forest returns the wrong number of probabilities', async () => {
    const strategy = forest({}, nasBench201, async () => [0.5]);
    await expect(runStrategy(strategy, sum, 1)).rejects.toThrow(SidecarError);
  });
});

describe('forest: settings', () => {
  it.each([
    { warmup: 0 },
    { successes: 0 },
    { candidates: 0.5 },
    { voters: -1 },
    { cap: Number.NaN },
    { thresholdRate: 1.1 },
    { thresholdRate: Number.NaN },
  ])('refuses %j', (changes) => {
    expect(() => forest(changes)).toThrow(UsageError);
    expect(() => forest(changes)).toThrow(String(Object.values(changes)[0]));
  });

  it('refuses a vote that the space does not support, before any evaluation', () => {
    expect(() => forest({ vote: 'greedy' }, darts)).toThrow(UsageError);
    expect(() => forest({ vote: 'greedy' }, darts)).toThrow('The space darts has no greedy vote.');
  });
});
