/** Exports histories and results for the parity suite in python/tests/parity, which compares them with XNAS. */
import { expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import type { VoteMethod } from '../../src/spaces/space.js';
import { createForest } from '../../src/strategies/forest.js';
import type { Observation } from '../../src/strategies/strategy.js';
import { getSpace } from '../support/spaces.js';
import { frequencySurrogate } from './frequency-surrogate.js';
import { NO_CURVE } from './no-curve.js';

const SPACES: readonly string[] = ['nas-bench-201', 'darts', 'nas-bench-macro', 'proxyless', 'mb'];
/** The votes that XNAS can count. Its vote for `proxyless` does not run. */
const BALLOTS: readonly (readonly [string, VoteMethod])[] = [
  ['nas-bench-201', 'sum'],
  ['nas-bench-201', 'greedy'],
  ['darts', 'sum'],
  ['nas-bench-macro', 'sum'],
  ['mb', 'sum'],
];
const HISTORIES = 12;
const PRINTED = 24;

const written = (encoding: readonly number[]) => encoding.join('');

/** Random architectures with losses. Many losses are equal, and some are infinite. */
function drawHistory(space: string, index: number, warmup: number): Observation[] {
  const random = createRandom(index, `history of ${space}`, 0);
  return Array.from({ length: warmup + 20 }, (_, position) => ({
    phase: position < warmup ? 'warm-up' : 'guided',
    encoding: getSpace(space).sample(random),
    loss: random.below(20) === 0 ? Number.POSITIVE_INFINITY : (500 + random.below(400)) / 1000,
    ...NO_CURVE,
  }));
}

function answerOf(name: string, vote: VoteMethod, index: number) {
  const space = getSpace(name);
  const settings = { warmup: 40, thresholdRate: index % 2 === 0 ? 0.05 : 0.3, voters: index % 3 === 0 ? 5 : 50 };
  const history = drawHistory(name, index, settings.warmup);
  const forest = createForest({
    space,
    surrogate: frequencySurrogate,
    // The ranking of the profiles paper and xnas.
    settings: {
      ...settings,
      answer: 'vote',
      vote,
      edgeRank: 'operation-index',
      successes: 100,
      candidates: 100,
      cap: 1000,
      futility: false,
      seed: index,
    },
  });
  const answer = forest.answer(history);
  return {
    space: name,
    ...settings,
    vote,
    architectures: history.map(({ encoding }) => written(encoding)).join(' '),
    losses: history.map(({ loss }) => (Number.isFinite(loss) ? loss : null)),
    threshold: forest.status(history).threshold,
    found: written(answer.encoding),
    answer: space.print(answer.encoding),
  };
}

function print(name: string) {
  const space = getSpace(name);
  const random = createRandom(0, `print of ${name}`, 0);
  const printed = Array.from({ length: PRINTED }, () => space.sample(random));
  return {
    space: name,
    trees: space.trees,
    features: space.features,
    printed: printed.map((encoding) => [written(encoding), space.print(encoding)]),
  };
}

/** JSON with a line for each item. */
function lines(exported: Readonly<Record<string, readonly unknown[]>>): string {
  const groups = Object.entries(exported).map(
    ([name, items]) => `"${name}": [\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`,
  );
  return `{\n${groups.join(',\n')}\n}\n`;
}

it('the exported histories are up to date', async () => {
  const exported = {
    spaces: SPACES.map(print),
    histories: BALLOTS.flatMap(([space, vote]) =>
      Array.from({ length: HISTORIES }, (_, i) => answerOf(space, vote, i)),
    ),
  };
  // `npx vitest run test/strategies/histories.test.ts --update` exports them again.
  await expect(lines(exported)).toMatchFileSnapshot('../fixtures/parity/histories.json');
});
