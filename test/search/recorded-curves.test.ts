/** Replays loss curves of real searches: early stopping saves steps and does not change results. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportFutility } from '../../src/jobs/search/record.js';
import { RMI } from '../../src/objectives/rmi.js';
import { createRandom } from '../../src/random/random.js';
import { searchSpace } from '../../src/search/controller.js';
import type { EvaluationOutcome, EvaluationRequest } from '../../src/search/evaluator.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import type { Space } from '../../src/spaces/space.js';
import { createForest } from '../../src/strategies/forest.js';
import { crossingOf } from '../../src/strategies/futility.js';
import type { Strategy } from '../../src/strategies/strategy.js';
import { frequencySurrogate } from '../strategies/frequency-surrogate.js';
import { collect, createSimulatedEvaluator, finishOf, historyOf, SEED } from './simulated.js';

const DATA = process.env.RMINAS_TEST_DATA;
/** Weights of the representation loss and the cross entropy, for recordings that store both. */
const BETA = 0.8;
const PERMUTATIONS = 12;
/** The results of the recorded search. */
const FOUND = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';

interface Recorded {
  readonly genotype: string;
  /** Ends with null when the loss stopped being finite. */
  readonly curve: readonly (number | null)[];
}

/** A loss, or its two terms; values that are not finite were written as NaN. */
type WrittenLoss = number | null | readonly [number | null, number | null];

/** The recorded search trained isomorphic architectures separately, each with its own result. */
const apart: Space = { ...nasBench201, canonical: (encoding) => encoding };

function readCurves(name: string): Recorded[] {
  const read = (...path: string[]) => readFileSync(join(DATA ?? '', ...path), 'utf8');
  const genotypes = read('nas-bench-201', 'test-accuracy-200-epochs.csv').split('\n').slice(1);
  const { evaluations } = JSON.parse(read('curves', `nb201-${name}.json`).replaceAll('NaN', 'null')) as {
    evaluations: { index: number; final?: number; losses: WrittenLoss[] }[];
  };
  return evaluations.map(({ index, final, losses }) => {
    const curve = losses.map(toLoss);
    const end = curve.indexOf(null) + 1 || curve.length;
    const whole = final === undefined ? curve : [...curve.slice(0, -1), final];
    return { genotype: genotypes[index]?.split(',')[1] ?? '', curve: whole.slice(0, end) };
  });
}

function toLoss(written: WrittenLoss): number | null {
  if (written === null || typeof written === 'number') return written;
  const [rmi, crossEntropy] = written;
  return rmi === null || crossEntropy === null ? null : BETA * rmi + (1 - BETA) * crossEntropy;
}

/** The forest with the proposals of the recording. */
function repeat(recorded: readonly Recorded[], warmup: number, futility: boolean): Strategy {
  const settings = {
    warmup,
    thresholdRate: 0.05,
    successes: 100,
    candidates: 1,
    answer: 'vote',
    vote: 'sum',
    edgeRank: 'operation-index',
    voters: 50,
    cap: recorded.length,
    futility,
    seed: SEED,
  } as const;
  const forest = createForest({ space: apart, surrogate: frequencySurrogate, settings });
  return {
    ...forest,
    async ask(history, capacity) {
      const ask = await forest.ask(history, capacity);
      if (ask.kind === 'stop') return ask;
      const proposed = recorded.slice(history.length, history.length + ask.encodings.length);
      return { ...ask, encodings: proposed.map(({ genotype }) => apart.parse(genotype)) };
    },
  };
}

interface Replay {
  recorded: readonly Recorded[];
  warmup: number;
  futility?: boolean;
  capacity?: number;
  auditShare?: number;
}

async function replay({ recorded, warmup, futility = true, capacity = 1, auditShare = 0 }: Replay) {
  const curves = new Map(recorded.map(({ genotype, curve }) => [genotype, curve]));
  const train = ({ genotype, bounds = [] }: EvaluationRequest): EvaluationOutcome => {
    const whole = curves.get(genotype) ?? [];
    const stopped = crossingOf(whole, bounds);
    const curve = whole.slice(0, stopped ?? whole.length);
    const loss = curve.at(-1) ?? null;
    return { evaluation: { loss, curve, cka: [], crossEntropy: 0, steps: curve.length, stopped, seconds: 0 } };
  };
  const events = await collect(
    searchSpace({
      space: apart,
      strategy: repeat(recorded, warmup, futility),
      objective: RMI,
      evaluator: createSimulatedEvaluator(capacity, 0, train),
      seed: SEED,
      auditShare,
    }),
  );
  const history = historyOf(events);
  const threshold = history.at(-1)?.status.threshold ?? 0;
  return {
    threshold,
    labels: history.map(({ loss }) => loss < threshold),
    good: history.flatMap(({ loss }) => (loss < threshold ? [loss] : [])),
    finish: finishOf(events),
    report: reportFutility(history, threshold, Math.max(...recorded.map(({ curve }) => curve.length))),
  };
}

/** The recorded losses that early stopping did not compute. */
function shareSaved(recorded: readonly Recorded[], { report }: Awaited<ReturnType<typeof replay>>): number {
  return report.stepsSaved / recorded.reduce((sum, { curve }) => sum + curve.length, 0);
}

function shuffled<T>(items: readonly T[], index: number): T[] {
  const random = createRandom(SEED, 'permutation', index);
  const left = [...items];
  return items.flatMap(() => left.splice(random.below(left.length), 1));
}

const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

describe.skipIf(!DATA)(`recorded curves${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  const paper = DATA ? readCurves('cifar10-paper-seed7') : [];

  it('of a whole search: same threshold, labels, losses of good architectures, voters and answer', async () => {
    const whole = await replay({ recorded: paper, warmup: 100, futility: false });
    expect(whole.finish).toMatchObject({ reason: 'successes-reached', genotype: FOUND });
    for (const capacity of [1, 2, 4]) {
      for (const auditShare of [0, 0.1]) {
        const bounded = await replay({ recorded: paper, warmup: 100, capacity, auditShare });
        const { report, ...found } = bounded;
        const { report: _, ...expected } = whole;
        expect(found).toEqual(expected);
        expect(report.stopped).toBeGreaterThan(20);
        expect(report.falseStops).toBe(0);
        const about = `${capacity} worker(s), audit ${auditShare}`;
        print(`whole search, ${about}: ${report.stopped} stopped, ${percent(shareSaved(paper, bounded))} of all steps`);
      }
    }
  });

  it.each(['random-N5', 'random-N2', 'random-N1'])('of %s: same threshold and labels', async (name) => {
    // The last loss was recorded twice.
    const recorded = readCurves(`cifar10-${name}`).map(({ genotype, curve }) => ({
      genotype,
      curve: curve.slice(0, -1),
    }));
    const whole = await replay({ recorded, warmup: 100, futility: false });
    const bounded = await replay({ recorded, warmup: 100 });
    expect(bounded.finish).toEqual(whole.finish);
    expect([bounded.threshold, bounded.labels, bounded.good]).toEqual([whole.threshold, whole.labels, whole.good]);
    print(`${name}: ${bounded.report.stopped} stopped, ${percent(shareSaved(recorded, bounded))} of all steps`);
  });

  it('in other orders, with warm-ups of 80: false stops are rarer than one in a thousand', async () => {
    let [good, wrong] = [0, 0];
    for (let index = 0; index < PERMUTATIONS; index += 1) {
      const warmup = shuffled(paper.slice(0, 100), index);
      const recorded = [...warmup.slice(0, 80), ...shuffled([...warmup.slice(80), ...paper.slice(100)], index)];
      const [whole, bounded] = [
        await replay({ recorded, warmup: 80, futility: false }),
        await replay({ recorded, warmup: 80 }),
      ];
      good += whole.labels.filter(Boolean).length;
      wrong += whole.labels.filter((label, at) => label !== bounded.labels[at]).length;
    }
    print(`other orders: ${wrong} of ${good} good ones stopped`);
    expect(good).toBeGreaterThan(1000);
    expect(wrong).toBeLessThan(good / 1000);
  });
});
