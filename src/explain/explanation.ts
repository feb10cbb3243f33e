/** The score of one architecture of a search, taken apart. Pure functions of the records of the search. */
import { z } from 'zod';
import type { RecordedEvaluation } from '../export/run.js';
import { benchmarkAnswerSchema } from '../protocol/messages.js';

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
  /** The folder of the search. */
  run: z.string(),
  /** When it was proposed; null if the search did not evaluate it. */
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
  /** The step after which a futile training was stopped; null if it was not. */
  stopped: z.int().nullable(),
  /** Its place among the warm-up's architectures, itself counted, and among all that were evaluated to the end. */
  warmup: standingSchema.nullable(),
  all: standingSchema.nullable(),
  /** Losses below it count as good; null when the search had none. */
  threshold: maybe,
  /** Values of the objective's proxies, and their places among all evaluations. */
  proxies: z.array(z.strictObject({ name: z.string(), value: maybe, standing: standingSchema.nullable() })),
  /** The figures of the benchmark; null if the space has none. */
  benchmark: benchmarkAnswerSchema.nullable(),
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
export function wholeLoss({ outcome }: RecordedEvaluation): number | null {
  return 'evaluation' in outcome && (outcome.evaluation.stopped ?? null) === null ? outcome.evaluation.loss : null;
}

/** All that the records of a search say of one of its architectures. */
export function recordedParts(
  evaluations: readonly RecordedEvaluation[],
  canonical: string,
  beta: number,
): Pick<
  Explanation,
  'proposed' | 'loss' | 'parts' | 'curve' | 'ckaCurve' | 'cka' | 'stopped' | 'warmup' | 'all' | 'proxies'
> {
  const found = evaluations.find(({ genotype }) => genotype === canonical);
  const untrained = { loss: null, parts: [], curve: [], ckaCurve: null, cka: [], stopped: null };
  const nothing = { ...untrained, warmup: null, all: null, proxies: [] };
  if (found === undefined) return { proposed: null, ...nothing };
  const proposed = { phase: found.phase, turn: found.turn };
  const { outcome } = found;
  if ('failure' in outcome) return { proposed, ...nothing };
  const { evaluation, parts = {} } = outcome;
  const loss = wholeLoss(found);
  const losses = evaluations.map(wholeLoss);
  const proxyValues = (name: string) =>
    evaluations.map((one) => ('evaluation' in one.outcome ? (one.outcome.parts?.[name] ?? null) : null));
  return {
    proposed,
    loss,
    parts: partsOfLoss(evaluation, beta),
    curve: [...evaluation.curve],
    ckaCurve: evaluation.ckaCurve ?? null,
    cka: [...evaluation.cka],
    stopped: evaluation.stopped ?? null,
    warmup: found.phase === 'warm-up' || loss !== null ? standingOf(loss, warmupLosses(evaluations, found)) : null,
    all: standingOf(loss, losses),
    proxies: Object.entries(parts).map(([name, value]) => ({
      name,
      value,
      standing: standingOf(value, proxyValues(name)),
    })),
  };
}

/** The losses of the warm-up, and that of the architecture if it came later. */
function warmupLosses(evaluations: readonly RecordedEvaluation[], found: RecordedEvaluation): (number | null)[] {
  return evaluations.filter((one) => one.phase === 'warm-up' || one === found).map(wholeLoss);
}
