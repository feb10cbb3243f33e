import { UsageError } from '../../errors.js';

/**
 * Checks that a resumed job gets no configuration, because it keeps its own.
 * @param flags values of the flags that configure a new job, by flag
 * @throws UsageError `resume-with-configuration`.
 */
export function rejectConfiguration(flags: Readonly<Record<string, unknown>>, overrides: readonly string[]): void {
  const given = Object.keys(flags).find((name) => flags[name] !== undefined) ?? overrides[0];
  if (given === undefined) return;
  throw new UsageError(`A resumed job keeps its configuration, so ${given} cannot be given.`, {
    code: 'resume-with-configuration',
    nextSteps: [`Remove ${given}, or start a new job without --resume.`],
  });
}

/** @throws UsageError `missing-configuration` when neither --cfg nor --resume was given. */
export function requireConfiguration(cfg: string | undefined): string {
  if (cfg !== undefined) return cfg;
  throw new UsageError('Neither --cfg nor --resume was given.', {
    code: 'missing-configuration',
    nextSteps: ['Name a configuration: rminas search --cfg quickstart'],
  });
}
