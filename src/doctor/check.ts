import { MissingError, RminasError } from '../errors.js';

/** How something is. */
export interface Finding {
  readonly status: 'ok' | 'missing' | 'wrong';
  /** What was found, or why it is not. */
  readonly detail: string;
  /** What to do about it; null when it is ok. */
  readonly nextStep: string | null;
}

/** Something that rminas needs, or could use, and how to find out how it is. */
export interface Question {
  readonly name: string;
  /** Whether the default search, the quickstart on `digits`, needs it. */
  readonly required: boolean;
  /** May throw an error of rminas, which then is the finding. */
  readonly ask: () => Promise<Finding> | Finding;
}

export interface Check extends Finding {
  readonly name: string;
  readonly required: boolean;
}

/** What `rminas doctor` answers, and prints with `--json`. */
export interface Diagnosis {
  /** Version of rminas. */
  readonly rminas: string;
  /** Whether the default search could run. */
  readonly ready: boolean;
  readonly checks: readonly Check[];
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

/** Asks one question. What goes wrong while asking is its answer, unless it is a bug. */
export async function examine({ name, required, ask }: Question): Promise<Check> {
  try {
    return { name, required, ...(await ask()) };
  } catch (error) {
    return { name, required, ...findingOf(error) };
  }
}

/** Asks in order, one at a time: for questions to one interpreter. */
export async function examineInTurn(questions: readonly Question[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const question of questions) checks.push(await examine(question));
  return checks;
}

export function isReady(checks: readonly Check[]): boolean {
  return checks.every(({ status, required }) => status === 'ok' || !required);
}

function findingOf(error: unknown): Finding {
  if (!(error instanceof RminasError)) throw error;
  const nextStep = error.nextSteps[0] ?? 'Look at the message, and at what Python wrote above.';
  const found = error instanceof MissingError && /missing/.test(error.code);
  return found ? missing(error.message, nextStep) : wrong(error.message, nextStep);
}
