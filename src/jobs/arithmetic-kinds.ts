/**
 * The kinds of arithmetic that made the scores of a job: device family and version of PyTorch. Scores of two kinds differ
 * by rounding, which grows in a training, so a job does not mix them without being told to.
 */
import { z } from 'zod';
import { UsageError } from '../errors.js';
import { flagOption, type OptionShape } from '../options.js';
import type { Hello } from '../protocol/messages.js';

export interface MixedOptions {
  /** Whether scores of several kinds of arithmetic may be mixed; false by default. */
  readonly allowMixed?: boolean | undefined;
}

export const MIXED_OPTIONS: OptionShape<MixedOptions> = { allowMixed: flagOption.optional() };

/** In the session lines of journals, and in results. */
export const kindsSchema = z.array(z.string().min(1)).optional();

/** A session of a job, as its journal keeps it. */
export interface RecordedSession {
  readonly device: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Absent in journals of release 0.2.1. */
  readonly kinds?: readonly string[] | undefined;
}

/** The kinds of the workers of a sidecar; more than one for devices of several families. */
export function kindsOf({ devices = [] }: Pick<Hello, 'devices'>): string[] {
  return [...new Set(devices.map(({ kind }) => kind))].sort();
}

/** The kinds of all sessions. */
export function kindsOfSessions(sessions: readonly RecordedSession[]): string[] {
  return [...new Set(sessions.flatMap((session) => session.kinds ?? kindsByDevice(session)))].sort();
}

/** A journal of release 0.2.1 has one device, and the version. */
function kindsByDevice({ device, versions }: RecordedSession): string[] {
  const [family] = /^(?:cpu|cuda)\b/.exec(device) ?? [];
  return family === undefined || versions.torch === undefined ? [] : [`${family}, torch ${versions.torch}`];
}

/**
 * Checks that a job has scores of one kind.
 * @param job for the message: `run`
 * @param recorded the kinds of its earlier sessions
 * @param current the kinds of this session
 * @returns a message for the user when kinds are mixed because they may be
 * @throws UsageError `mixed-arithmetic` that names all kinds
 */
export function checkKinds(
  job: string,
  recorded: readonly string[],
  current: readonly string[],
  { allowMixed = false }: MixedOptions,
): string[] {
  const all = [...new Set([...recorded, ...current])].sort();
  if (all.length <= 1) return [];
  if (allowMixed) return mixedNotes(all);
  const change = current.filter((kind) => !recorded.includes(kind));
  const found =
    recorded.length === 0 || change.length === 0
      ? `The ${job} has scores of several kinds of arithmetic: ${all.join('; ')}.`
      : `The scores of the ${job} were computed with: ${recorded.join('; ')}. The workers compute with: ${current.join('; ')}.`;
  throw new UsageError(`${found} Scores of two kinds differ by rounding.`, {
    code: 'mixed-arithmetic',
    nextSteps: [
      'Use the device and the version of PyTorch that it began with (RMINAS.DEVICE), or begin a new one.',
      'Or mix the scores: add --allow-mixed, and the result says so.',
    ],
  });
}

/** The note of a result; none unless kinds are mixed. */
export function mixedNotes(kinds: readonly string[]): string[] {
  return kinds.length <= 1 ? [] : [`Scores of several kinds of arithmetic are mixed: ${kinds.join('; ')}.`];
}
