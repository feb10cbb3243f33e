/** An architecture in words. */
import type { ReportArchitecture } from '../data/schema.js';

/** `guided, good`, `warm-up, stopped at step 40`. */
export function statusOf(one: ReportArchitecture): string {
  const parts: string[] = [one.phase];
  if (one.duplicateOf !== null) parts.push(`duplicate of ${one.duplicateOf + 1}`);
  if (one.outcome === 'stopped') parts.push(`stopped at step ${one.steps}`);
  if (one.outcome === 'diverged') parts.push('diverged');
  if (one.outcome === 'failed') parts.push('failed');
  if (one.good) parts.push('good');
  return parts.join(', ');
}

/** The lines of a tooltip. */
export function tooltipOf(one: ReportArchitecture, item: number): string[] {
  return [
    `architecture ${item + 1}`,
    `loss ${one.loss === null ? 'none' : one.loss.toPrecision(5)}`,
    ...(one.accuracy === null ? [] : [`accuracy ${one.accuracy.toFixed(2)} %`]),
    one.genotype.length > 90 ? `${one.genotype.slice(0, 90)}…` : one.genotype,
  ];
}
