import { z } from 'zod';
import { MissingError, RminasError } from '../errors.js';

const findingSchema = z.strictObject({
  status: z.enum(['ok', 'missing', 'wrong']),
  /** The finding, or the reason of the problem. */
  detail: z.string(),
  /** How to fix it; null if the status is `ok`. */
  nextStep: z.string().nullable(),
});
const checkSchema = findingSchema.extend({
  name: z.string(),
  /** Whether the default search (the quickstart on `digits`) needs it, or the user named it. */
  required: z.boolean(),
});

/** The schema of {@link Diagnosis}, the document of `rminas doctor --json`. */
export const diagnosisSchema = z.strictObject({
  /** Version of rminas. */
  rminas: z.string(),
  /** Whether the default search can run, with the plugins that were named: every required check is `ok`. */
  ready: z.boolean(),
  checks: z.array(checkSchema),
});

/** The state of one part of the environment. */
export type Finding = Readonly<z.infer<typeof findingSchema>>;
/** A finding with the name of its part. */
export type Check = Readonly<z.infer<typeof checkSchema>>;
/** The result of `diagnose`. */
export type Diagnosis = Readonly<z.infer<typeof diagnosisSchema>>;

/** A check to run. */
export interface Question {
  readonly name: string;
  readonly required: boolean;
  /** Returns the finding. An RminasError that it throws becomes the finding. */
  readonly ask: () => Promise<Finding> | Finding;
}

export function ok(detail: string): Finding {
  return { status: 'ok', detail, nextStep: null };
}

export function missing(detail: string, nextStep: string): Finding {
  return { status: 'missing', detail, nextStep };
}

export function wrong(detail: string, nextStep: string): Finding {
  return { status: 'wrong', detail, nextStep };
}

/** Runs one check. An RminasError becomes its finding; any other error is a bug and is thrown. */
export async function examine({ name, required, ask }: Question): Promise<Check> {
  try {
    return { name, required, ...(await ask()) };
  } catch (error) {
    return { name, required, ...findingOf(error) };
  }
}

/**
 * Runs checks one after the other, because one interpreter answers them.
 * @param onCheck called with each finding as soon as it is there
 */
export async function examineInTurn(
  questions: readonly Question[],
  onCheck: (check: Check) => void = () => {},
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const question of questions) {
    const check = await examine(question);
    onCheck(check);
    checks.push(check);
  }
  return checks;
}

export function isReady(checks: readonly Check[]): boolean {
  return checks.every(({ status, required }) => status === 'ok' || !required);
}

function findingOf(error: unknown): Finding {
  if (!(error instanceof RminasError)) throw error;
  const nextStep = error.nextSteps[0] ?? 'Check the message and the output of Python above.';
  const isMissing = error instanceof MissingError && /missing/.test(error.code);
  return isMissing ? missing(error.message, nextStep) : wrong(error.message, nextStep);
}
