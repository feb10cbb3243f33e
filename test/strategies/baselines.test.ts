/** The baselines follow the rules of all strategies and share a warm-up and a budget. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import { darts } from '../../src/spaces/darts/space.js';
import { mb } from '../../src/spaces/mb/space.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import { proxyless } from '../../src/spaces/proxyless/space.js';
import type { Encoding, Space } from '../../src/spaces/space.js';
import { drawDistinct, take } from '../../src/strategies/draw.js';
import {
  createStrategy,
  STRATEGIES,
  type StrategyDefinition,
  type StrategySettings,
} from '../../src/strategies/index.js';
import { conditional } from '../spaces/conditional-space.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import { BASELINE_SETTINGS } from './baseline-settings.js';
import { describeStrategy, runStrategy } from './conformance.js';
import { frequencySurrogate } from './frequency-surrogate.js';

const tiny = createTinySpace(3, 3);
/** The strategy `largest` searches nothing. */
const STRATEGY_NAMES = STRATEGIES.map(({ name }) => name).filter((name) => name !== 'largest');
const BASELINES = STRATEGY_NAMES.filter((name) => name !== 'forest');

function create(name: string, changes: Partial<StrategySettings> = {}, space: Space = nasBench201) {
  const definition = STRATEGIES.find((each) => each.name === name) as StrategyDefinition;
  return createStrategy(definition, {
    space,
    surrogate: frequencySurrogate,
    settings: { ...BASELINE_SETTINGS, ...changes },
  });
}

const sum = (encoding: Encoding) => encoding.reduce((total, category) => total + category, 0);

for (const name of BASELINES) {
  describeStrategy(name, ({ space, seed, cap }) => create(name, { seed, cap }, space), [
    nasBench201,
    darts,
    nasBenchMacro,
    proxyless,
    mb,
    conditional,
    tiny,
    createTinySpace(2, 10),
  ]);
}

it.each(STRATEGY_NAMES)('%s can be created by its name', (name) => {
  expect(create(name).name).toBe(name);
});

describe.each(BASELINES)('%s', (name) => {
  it('begins with the warm-up of the forest, in one turn', async () => {
    expect(await create(name).ask([], 1)).toEqual(await create('forest').ask([], 1));
  });

  it('uses up its budget, for any number of successes', async () => {
    const strategy = create(name, { cap: 40, successes: 1 });
    const { history, reason } = await runStrategy(strategy, sum, 3);
    expect([history.length, reason]).toEqual([40, 'evaluation-cap']);
    const { threshold, successes, successesWanted, warmup, cap } = strategy.status(history);
    expect([successesWanted, warmup, cap]).toEqual([null, 10, 40]);
    expect(threshold).toBe(create('forest').status(history).threshold);
    expect(successes).toBe(history.slice(10).filter(({ loss }) => loss < (threshold ?? 0)).length);
  });

  it('evaluates each genotype of a smaller space once', async () => {
    for (const warmup of [5, 100]) {
      const strategy = create(name, { warmup }, tiny);
      const { history, reason } = await runStrategy(strategy, sum, 4);
      expect([history.length, reason]).toEqual([27, 'space-exhausted']);
      expect(strategy.status(history)).toMatchObject({ warmup: Math.min(warmup, 27), cap: 27 });
    }
  });

  it.each([1, 3, 7])('evaluates nothing twice when it checks its answers, %i at a time', async (capacity) => {
    const rugged = (encoding: Encoding) => createRandom(3, `loss of ${encoding}`, 0).below(1000);
    for (const space of [tiny, createTinySpace(3, 5)]) {
      const checking = { cap: 200, answer: 'additive', checksAnswer: true, leastEvaluations: 12 } as const;
      const { history } = await runStrategy(create(name, checking, space), rugged, capacity);
      expect(history).toHaveLength(Math.min(200, space.size));
      expect(new Set(history.map(({ encoding }) => String(encoding))).size).toBe(history.length);
    }
  });

  it('answers with the first of the best, and sets no bounds', async () => {
    const strategy = create(name, { cap: 40 });
    const { history } = await runStrategy(strategy, (encoding) => sum(encoding) % 5, 1);
    const best = history.find(({ loss }) => loss === 0);
    expect(strategy.answer(history)).toEqual({
      encoding: best?.encoding,
      voters: [best],
      note: 'The best of 40 architectures.',
    });
    expect(strategy.bounds(history)).toEqual([]);
  });

  it.each([{ warmup: 0 }, { cap: 1.5 }, { thresholdRate: 2 }])('refuses %j', (changes) => {
    expect(() => create(name, changes)).toThrow(UsageError);
    expect(() => create(name, changes)).toThrow(`The ${name} strategy's`);
  });
});

describe('random', () => {
  it('draws the warm-up and the rest from one stream without replacement', async () => {
    const { history } = await runStrategy(create('random'), sum, 7);
    const drawn = take(drawDistinct(nasBench201, createRandom(7, 'warm-up', 0)), 100);
    expect(history.map(({ encoding }) => encoding)).toEqual(drawn);
    expect(history.filter(({ phase }) => phase === 'warm-up')).toHaveLength(10);
  });
});
