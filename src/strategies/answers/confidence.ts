/** How sure a model's answer is: the share of resampled histories that lead to the same answer. */
import type { Encoding } from '../../spaces/space.js';
import { resample } from '../../statistics/bootstrap.js';
import { encodingKey } from '../draw.js';
import type { Constraint } from '../limits/constraint.js';
import type { AnswerConfidence } from '../strategy.js';
import type { LinearModel, ModelData } from './linear-model.js';
import { enumerated, Optimiser } from './optimum.js';
import { preferredWithin } from './within.js';

/** Architectures within limits among which each resample chooses. */
const CHOICES_WITHIN = 256;

export interface ConfidenceOptions {
  readonly data: ModelData;
  /** The answer to the whole history, in its canonical form. */
  readonly answer: Encoding;
  /** Left out without limits on the costs of networks. */
  readonly constraint?: Constraint | undefined;
  readonly seed: number;
  /** Number of resamples, at least 1. */
  readonly resamples: number;
}

/**
 * Bootstraps the observations (Efron and Tibshirani, 1993): fits the model to resamples, and compares the answer to each
 * of them. Within limits a resample chooses among the best feasible architectures of the model of the whole history. In a
 * space that can neither be enumerated nor solved slot by slot, its ascents begin at the answer.
 * @returns `answer` and `slots` are the shares of the resamples that agree; `calibrated` turns them into probabilities
 */
export async function answerConfidence(options: ConfidenceOptions): Promise<AnswerConfidence> {
  const { data, answer, seed, resamples } = options;
  const { canonical } = data.space;
  const chosen = canonical(answer);
  const choose = await chooserOf(options);
  const count = data.observations.length;
  const agreeing = data.space.slots.map(() => 0);
  let [same, loss] = [0, 0];
  for (const draw of resample(count, resamples, seed)) {
    const weights = new Float64Array(count);
    for (const index of draw) weights[index] = (weights[index] as number) + 1;
    const model = data.fit(weights);
    const best = choose(model);
    const other = canonical(best);
    for (const [slot, category] of chosen.entries()) {
      if (other[slot] === category) agreeing[slot] = (agreeing[slot] ?? 0) + 1;
    }
    if (encodingKey(other) === encodingKey(chosen)) same += 1;
    else loss += Math.max(0, model.value(answer) - model.value(best));
  }
  return {
    answer: same / resamples,
    slots: agreeing.map((times) => times / resamples),
    expectedLoss: loss / resamples,
    resamples,
  };
}

async function chooserOf({ data, answer, constraint }: ConfidenceOptions): Promise<(model: LinearModel) => Encoding> {
  const optimiser = new Optimiser(data);
  if (constraint === undefined) return (model) => optimiser.best(model, [answer]);
  const observed = data.observations.map(({ encoding }) => encoding);
  const preference = { value: data.fit().value, allows: (encoding: Encoding) => optimiser.knows(encoding) };
  const choices = await preferredWithin(preference, observed, constraint, CHOICES_WITHIN);
  // A large space adds the changes of one choice, which its ascents to the answer have not kept.
  const all = enumerated(data.space) === undefined ? [answer, ...choices] : choices;
  return (model) => optimiser.lowest(all, model.value);
}
