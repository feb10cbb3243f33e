/** The log of a run: what a sink is told about it. A pure function of the files of the run. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { shellWord } from '../installation/paths.js';
import type { LogEntryOf } from '../protocol/logging.js';
import type { RunReport } from '../report/data/schema.js';

export interface RunLog {
  readonly run: LogEntryOf<'run'>;
  /** In the order in which they became known. A run that goes on adds some at the end. */
  readonly scalars: readonly LogEntryOf<'scalars'>[];
  /** Null before the run has ended. */
  readonly answer: LogEntryOf<'answer'> | null;
  readonly state: RunReport['state'];
}

export interface RunFacts {
  /** Absolute path. */
  readonly folder: string;
  readonly kind: RunReport['kind'];
  /** When the run began, in ms since 1970. */
  readonly at: number;
  /** Tells the run from all others. */
  readonly identity: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The first entry of the log. */
export function runEntry({ folder, kind, at, identity, settings }: RunFacts): LogEntryOf<'run'> {
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  const plain = Object.entries(settings).flatMap(([key, value]) => {
    const one = plainOf(value);
    return one === null ? [] : [[key, one] as const];
  });
  return { type: 'run', id, name: basename(folder), kind, at, settings: Object.fromEntries(plain) };
}

/** A list is written as JSON. */
function plainOf(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value);
}

type Values = Readonly<Record<string, number | string | null | undefined>>;

/** An entry of what the run found. Values that are not there are left out. */
export function answerEntry(values: Values): LogEntryOf<'answer'> {
  return { type: 'answer', values: present(values) };
}

/** An entry of numbers. Values that are not there or not finite are left out. */
export function scalarsEntry(
  step: number,
  at: number,
  values: Readonly<Record<string, number | null | undefined>>,
): LogEntryOf<'scalars'> {
  return { type: 'scalars', step, at, values: present(values) };
}

function present<Value extends number | string>(
  values: Readonly<Record<string, Value | null | undefined>>,
): Record<string, Value> {
  const kept = Object.entries(values).filter(
    (pair): pair is [string, Value] =>
      pair[1] !== null && pair[1] !== undefined && (typeof pair[1] === 'string' || Number.isFinite(pair[1])),
  );
  return Object.fromEntries(kept);
}

/** The command that logs a run. */
export function logCommand(folder: string, target: string): string {
  return `rminas log ${shellWord(folder)} --to ${shellWord(target)}`;
}
