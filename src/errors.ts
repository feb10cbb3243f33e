/**
 * The errors of rminas. Each one states what happened, with which value, and what to do next. Any other thrown error is a
 * bug and keeps its stack trace.
 */

/** The exit codes of the command line. */
export const EXIT = { done: 0, bug: 1, usage: 2, missing: 3, sidecar: 4, interrupted: 130 } as const;

export interface ErrorDetails {
  /** Name of the failure for scripts: stable, in kebab-case. */
  code: string;
  /** What the user can do, one step per entry. */
  nextSteps?: readonly string[];
  cause?: unknown;
}

/** The base of all errors of rminas. */
export abstract class RminasError extends Error {
  abstract readonly exitCode: number;
  readonly code: string;
  readonly nextSteps: readonly string[];

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.nextSteps = details.nextSteps ?? [];
  }
}

/** A command, configuration or genotype is invalid. Exit code 2. */
export class UsageError extends RminasError {
  readonly exitCode = EXIT.usage;
}

/** Something that the user must provide is missing or broken: data, a teacher, a package, disk space. Exit code 3. */
export class MissingError extends RminasError {
  readonly exitCode = EXIT.missing;
}

/** The sidecar failed, and the user's input is not the cause. Exit code 4. */
export class SidecarError extends RminasError {
  readonly exitCode = EXIT.sidecar;
}

/** The user or a signal interrupted the work. Exit code 130. */
export class InterruptedError extends RminasError {
  readonly exitCode = EXIT.interrupted;
}

export function interrupted(message: string, nextSteps: readonly string[] = []): InterruptedError {
  return new InterruptedError(message, { code: 'interrupted', nextSteps });
}
