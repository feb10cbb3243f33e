/** The score of one architecture, taken apart. Pure functions of recorded evaluations. */
import { z } from 'zod';
import type { RecordedEvaluation, RecordedRun } from '../export/run.js';
import { benchmarkAnswerSchema } from '../protocol/messages.js';
import type { EvaluationOutcome } from '../search/evaluator.js';

const maybe = z.number().nullable();

const standingSchema = z.strictObject({
  /** From 1, for the lowest value. */
  rank: z.int().min(1),
  /** Architectures with a value. */
  of: z.int().min(1),
});

export const explanationSchema = z.strictObject({
  schema: z.literal(1),
  space: z.string(),
  genotype: z.string(),
  /** The canonical genotype, which was trained. */
  canonical: z.string(),
  /** The folder of the search; null without one. */
  run: z.string().nullable(),
  /** Name or file of the configuration of a training for this explanation; null when the score is that of the search. */
  trainedBy: z.string().nullable(),
  /** Data set of the training. */
  dataset: z.string(),
  /** When the search proposed it; null if it did not. */
  proposed: z.strictObject({ phase: z.string(), turn: z.int().min(0) }).nullable(),
  /** The loss after the last step; null without a training to its end. */
  loss: maybe,
  /** The parts that add up to the loss. */
  parts: z.array(
    z.strictObject({
      /** Such as `stage 1` or `cross entropy`. */
      name: z.string(),
      /** CKA with the teacher, or the cross entropy. */
      value: z.number(),
      /** Factor of 1 - CKA, or of the cross entropy. */
      weight: z.number(),
      /** The share of the loss. */
      contribution: z.number(),
    }),
  ),
  /** The loss at each observed step, the first before the training. */
  curve: z.array(maybe),
  /** CKA of each stage at the first observed step and at each `every`-th after it; null where it was not recorded. */
  ckaCurve: z.strictObject({ every: z.int().min(1), stages: z.array(z.array(maybe)) }).nullable(),
  /** CKA of each stage at the last observed step. */
  cka: z.array(maybe),
  /** Number of observed losses. */
  steps: z.int().min(0),
  /** Trainable parameters, and millions of multiply-adds for one image; null where they are not recorded. */
  params: maybe,
  flops: maybe,
  /** The step after which a futile training was stopped; null if it was not. */
  stopped: z.int().nullable(),
  /** Why the training failed; null if it did not. */
  failure: z.string().nullable(),
  /** Its place among random architectures, itself counted: those of the warm-up, or those trained to compare with. */
  warmup: standingSchema.nullable(),
  /** Its place among all architectures that were evaluated to the end. */
  all: standingSchema.nullable(),
  /** Losses below it count as good; null when the search had none. */
  threshold: maybe,
  /** Values of the objective's proxies, and their places among all evaluations. */
  proxies: z.array(z.strictObject({ name: z.string(), value: maybe, standing: standingSchema.nullable() })),
  /** The figures of the benchmark; null if the space has none. */
  benchmark: benchmarkAnswerSchema.nullable(),
  /** The file of the page; null without one. */
  file: z.string().nullable(),
});
export type Explanation = z.infer<typeof explanationSchema>;
export type Standing = z.infer<typeof standingSchema>;

/**
 * The parts of the loss: β · (1 − CKA) of each stage and (1 − β) · cross entropy (RMI-NAS, equation 9).
 * @param beta weight of the RMI part
 */
export function partsOfLoss(
  evaluation: { readonly cka: readonly (number | null)[]; readonly crossEntropy: number | null },
  beta: number,
): Explanation['parts'] {
  const stages = evaluation.cka.flatMap((value, index) =>
    value === null
      ? []
      : [{ name: `CKA of stage ${index + 1}`, value, weight: beta, contribution: beta * (1 - value) }],
  );
  const { crossEntropy: value } = evaluation;
  if (value === null) return stages;
  return [...stages, { name: 'cross entropy', value, weight: 1 - beta, contribution: (1 - beta) * value }];
}

/** The place of a value among others, itself counted; null without a value. Lower is better. */
export function standingOf(value: number | null, others: readonly (number | null)[]): Standing | null {
  const known = others.filter((other) => other !== null);
  if (value === null || known.length === 0) return null;
  return { rank: 1 + known.filter((other) => other < value).length, of: known.length };
}

/** The loss of a training to its end; null for failed and stopped ones. */
export function wholeLoss(outcome: EvaluationOutcome): number | null {
  return 'evaluation' in outcome && (outcome.evaluation.stopped ?? null) === null ? outcome.evaluation.loss : null;
}

/** The evaluation of an architecture, and those that it is compared with. */
export interface Evidence {
  /** Undefined when it was neither evaluated nor trained. */
  readonly own: EvaluationOutcome | undefined;
  /** When the search proposed it; null for an architecture that it did not propose. */
  readonly proposed: Explanation['proposed'];
  /** Other architectures; the own one may be among them. */
  readonly others: readonly RecordedEvaluation[];
}

/** What the records of a search say of one of its architectures. */
export function evidenceOf(
  { evaluations, answerOutcome }: Pick<RecordedRun, 'evaluations' | 'answerOutcome'>,
  canonical: string,
): Evidence {
  const found = evaluations.find(({ genotype }) => genotype === canonical);
  if (found === undefined) {
    const own = answerOutcome?.genotype === canonical ? answerOutcome.outcome : undefined;
    return { own, proposed: null, others: evaluations };
  }
  const { phase, turn, outcome } = found;
  return { own: outcome, proposed: { phase, turn }, others: evaluations };
}

/** The part of an explanation that evaluations decide. */
type ExplainedScore = Pick<
  Explanation,
  | 'proposed'
  | 'loss'
  | 'parts'
  | 'curve'
  | 'ckaCurve'
  | 'cka'
  | 'steps'
  | 'params'
  | 'flops'
  | 'stopped'
  | 'failure'
  | 'warmup'
  | 'all'
  | 'proxies'
>;

/** The score, its parts and its places. @param beta weight of the RMI part of the loss */
export function scoreFrom({ own, proposed, others }: Evidence, beta: number): ExplainedScore {
  const untrained = {
    loss: null,
    parts: [],
    curve: [],
    ckaCurve: null,
    cka: [],
    steps: 0,
    params: null,
    flops: null,
    stopped: null,
  };
  const nothing = { ...untrained, warmup: null, all: null, proxies: [] };
  if (own === undefined) return { proposed, failure: null, ...nothing };
  if ('failure' in own) return { proposed, failure: own.failure, ...nothing };
  const { evaluation, parts = {} } = own;
  const { curve, cka, ckaCurve = null, steps, params = null, flops = null, stopped = null } = evaluation;
  const loss = wholeLoss(own);
  const randomOnes = others.filter(({ phase }) => phase === 'warm-up').map(({ outcome }) => outcome);
  const all = others.map(({ outcome }) => outcome);
  return {
    ...{ proposed, loss, parts: partsOfLoss(evaluation, beta), failure: null },
    ...{ curve: [...curve], cka: [...cka], ckaCurve, steps, params, flops, stopped },
    warmup: standingOf(loss, valuesAmong(own, randomOnes, wholeLoss)),
    all: standingOf(loss, valuesAmong(own, all, wholeLoss)),
    proxies: Object.entries(parts).map(([name, value]) => ({
      ...{ name, value },
      standing: standingOf(
        value,
        valuesAmong(own, all, (outcome) => proxyValue(outcome, name)),
      ),
    })),
  };
}

/** The values of others, and the own one if it is not among them. Nothing without others. */
function valuesAmong(
  own: EvaluationOutcome,
  others: readonly EvaluationOutcome[],
  read: (outcome: EvaluationOutcome) => number | null,
): (number | null)[] {
  if (others.length === 0) return [];
  return [...new Set([...others, own])].map(read);
}

function proxyValue(outcome: EvaluationOutcome, name: string): number | null {
  return 'failure' in outcome ? null : (outcome.parts?.[name] ?? null);
}
