/** The additive answer to the recorded search of the paper. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nasBench201 } from '../../../src/spaces/nas-bench-201/space.js';
import { answerConfidence } from '../../../src/strategies/answers/confidence.js';
import { ModelData } from '../../../src/strategies/answers/linear-model.js';
import { modelAnswer } from '../../../src/strategies/answers/model-answer.js';
import type { Observation } from '../../../src/strategies/strategy.js';
import { NO_CURVE } from '../no-curve.js';

const DATA = process.env.RMINAS_TEST_DATA;
/** Index 9930: rank 3 of 15,625 on CIFAR-10. */
const BEST = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';

function readHistory(): Observation[] {
  const read = (...path: string[]) => readFileSync(join(DATA ?? '', ...path), 'utf8');
  const genotypes = read('nas-bench-201', 'test-accuracy-200-epochs.csv').split('\n').slice(1);
  const { evaluations } = JSON.parse(read('curves', 'nb201-cifar10-paper-seed7.json').replaceAll('NaN', 'null')) as {
    evaluations: { index: number; final: number | null }[];
  };
  return evaluations.map(({ index, final }) => ({
    ...NO_CURVE,
    phase: 'guided',
    encoding: nasBench201.parse(genotypes[index]?.split(',')[1] ?? ''),
    loss: final ?? Number.POSITIVE_INFINITY,
  }));
}

describe.skipIf(!DATA)(`the recorded search${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  it.each([1, 3])('with a penalty of %d gives one of the best cells', async (ridge) => {
    const history = readHistory();
    const options = { kind: 'additive', ridge, parts: [] } as const;
    const { encoding } = modelAnswer(nasBench201, history, { ...options, ranked: history });
    expect(nasBench201.print(encoding)).toBe(BEST);
    const data = new ModelData(nasBench201, history, options);
    const confidence = await answerConfidence({ data, answer: encoding, seed: 7, resamples: 200 });
    expect(confidence.answer).toBeCloseTo(ridge === 1 ? 0.665 : 0.705, 10);
  });
});
