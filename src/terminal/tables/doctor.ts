import pc from 'picocolors';
import type { Check, Diagnosis } from '../../doctor/index.js';
import { withProgramCommand } from '../../installation/program.js';

const PAINT = { ok: pc.green, missing: pc.yellow, wrong: pc.red } as const;
/** Columns of a name. The lines are printed before the longest name is known. */
const NAME = 22;

/** The line of one check. */
export function describeCheck({ name, status, required, detail, nextStep }: Check): string {
  const use = status === 'ok' || required ? '' : ' (optional)';
  const advice = nextStep === null ? '' : pc.dim(` → ${withProgramCommand(nextStep)}`);
  return `${PAINT[status](status.padEnd('missing'.length))}  ${name.padEnd(NAME)}  ${withProgramCommand(detail)}${use}${advice}`;
}

/** Whether the default search can run, and the checks that prevent it. */
export function describeVerdict({ checks, ready }: Diagnosis): string {
  if (ready) return 'The default search can run.';
  const names = checks.filter(({ required, status }) => required && status !== 'ok').map(({ name }) => name);
  return pc.red(`The default search cannot run: ${names.join(', ')}.`);
}
