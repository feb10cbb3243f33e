/**
 * The errors that rminas itself raises. Whoever reads one can act on it: it says what happened, with which value,
 * and what to do next. Anything else that is thrown is a bug and keeps its stack trace.
 */

/** What the shell sees when a command ends. */
export const EXIT = { done: 0, bug: 1, usage: 2, missing: 3, sidecar: 4, interrupted: 130 } as const;

export interface ErrorDetails {
  /** Stable, kebab-case name of the failure, for scripts. */
  code: string;
  /** What the user can do, one step an entry. */
  nextSteps?: readonly string[];
  cause?: unknown;
}

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

/** A command, configuration or genotype that cannot be right. */
export class UsageError extends RminasError {
  readonly exitCode = EXIT.usage;
}

/** Something that the user has to provide is not there or not whole: data, a teacher, a package, disk space. */
export class MissingError extends RminasError {
  readonly exitCode = EXIT.missing;
}

/** The sidecar could not do its work, and not because of what the user gave it. */
export class SidecarError extends RminasError {
  readonly exitCode = EXIT.sidecar;
}

/** The user, or a signal, ended the work. */
export class InterruptedError extends RminasError {
  readonly exitCode = EXIT.interrupted;
}
