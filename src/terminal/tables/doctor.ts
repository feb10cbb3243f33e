import pc from 'picocolors';
import type { Check, Diagnosis } from '../../doctor/index.js';

const PAINT = { ok: pc.green, missing: pc.yellow, wrong: pc.red } as const;

/** One line for each check, then the verdict. */
export function describeDiagnosis({ checks, ready }: Diagnosis): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map((check) => describeCheck(check, width));
  return [...lines, ready ? 'The default search can run.' : pc.red(describeObstacles(checks))].join('\n');
}

function describeCheck({ name, status, required, detail, nextStep }: Check, width: number): string {
  const use = status === 'ok' || required ? '' : ' (optional)';
  const advice = nextStep === null ? '' : pc.dim(` → ${nextStep}`);
  return `${PAINT[status](status.padEnd('missing'.length))}  ${name.padEnd(width)}  ${detail}${use}${advice}`;
}

function describeObstacles(checks: readonly Check[]): string {
  const names = checks.filter(({ required, status }) => required && status !== 'ok').map(({ name }) => name);
  return `The default search cannot run: ${names.join(', ')}.`;
}
