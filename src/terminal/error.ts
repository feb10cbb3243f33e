import pc from 'picocolors';
import { RminasError } from '../errors.js';

/** The text of an error with its next steps. Only a bug shows a stack trace. */
export function describeError(error: Error): string {
  if (!(error instanceof RminasError)) {
    return `${pc.red('This is a bug in rminas.')} Please report it with the following trace.\n${error.stack ?? error.message}`;
  }
  return describeFailure(error);
}

export function describeFailure({ message, nextSteps }: Pick<RminasError, 'message' | 'nextSteps'>): string {
  const steps = nextSteps.map((step) => `  ${pc.cyan('→')} ${step}`);
  return [`${pc.red('Error:')} ${message}`, ...steps].join('\n');
}
