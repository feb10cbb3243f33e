/** The settings that the header of a journal binds: a job is resumed with the settings that it began with. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Settings } from '../config/index.js';
import { toPlain } from '../config/yacs/value.js';
import type { Described } from '../definitions/described.js';
import type { PluginIdentity } from '../definitions/plugin.js';
import { UsageError } from '../errors.js';
import type { JobFolder } from '../store/folder.js';

/** The keys that may change between sessions, each with the reason why no result depends on it. */
export const FREE_KEYS: Readonly<Record<string, string>> = {
  OUT_DIR: 'The folder exists already.',
  'LOADER.DATAPATH': 'Data may move; the digest of the batch says whether it is the same data.',
  'RMINAS.WORKERS': 'RMINAS.PROPOSALS says how many architectures a turn has.',
  'RMINAS.STACK':
    'A score does not depend on the architectures beside it. On CUDA, the kind of arithmetic says the number.',
  'RMINAS.THREADS': 'Threads change how fast an evaluation is, and not what is evaluated next.',
  'RMINAS.DEVICE': 'The same holds for the device.',
  'RMINAS.ENGINE': 'An evaluation is the same on every engine.',
  'RMINAS.RAY_ADDRESS': 'The same holds for the cluster.',
  'RMINAS.WORKER_RESOURCES': 'Says where a worker finds room.',
  'RMINAS.MAX_WORKERS': 'See RMINAS.WORKERS.',
  'RMINAS.ALLOW_PUBLIC': 'Says which clusters are accepted.',
  'RMINAS.START_DEADLINE': 'Says when a silent start has failed.',
  'RMINAS.WORKER_DEADLINE': 'Says when a silent worker is replaced; its evaluation starts again with the same seed.',
};

/** Values of keys, as a journal keeps them. */
export const settingsSchema = z.record(z.string(), z.json());
export type BoundSettings = z.infer<typeof settingsSchema>;

/** The names of the SHA-256 of a plugin and of a space's file among the settings. Keys never contain a space. */
const FILES = { plugin: 'plugin ', space: 'file ' } as const;
const isFile = (key: string) => Object.values(FILES).some((prefix) => key.startsWith(prefix));
/** The beginning of the names of described things among the settings. */
const DESCRIBED = 'own ';

/** Contents that scores depend on, besides the values of keys. */
export interface BoundContents {
  readonly plugins?: readonly PluginIdentity[];
  readonly described?: readonly Described[];
}

/**
 * The values of all keys but the free ones, the SHA-256 of each plugin and of the files of a space, and the content of the user's own data.
 * @param keys those that the job reads
 */
export function boundSettings(
  settings: Settings,
  keys: Iterable<string>,
  { plugins = [], described = [] }: BoundContents = {},
): BoundSettings {
  const bound = [...keys].sort().filter((key) => !(key in FREE_KEYS));
  return Object.fromEntries([
    ...bound.flatMap((key) => {
      const setting = settings.get(key);
      return setting === undefined ? [] : [[key, toPlain(setting.value) as BoundSettings[string]]];
    }),
    ...plugins.map(({ kind, source, sha256 }) => [`${FILES[kind]}${source}`, sha256]),
    ...described.map(({ kind, name, content }) => [`${DESCRIBED}${kind} ${name}`, { ...content }]),
  ]);
}

export interface PlanCheck {
  readonly folder: JobFolder;
  /** The kind of job, for messages. */
  readonly job: string;
  /** From the header. Journals of release 0.2.1 have no settings. */
  readonly recorded: {
    readonly rminas: string;
    readonly digest: string;
    readonly settings?: BoundSettings | undefined;
  };
  /** From config.yaml. */
  readonly current: { readonly digest: string; readonly settings: BoundSettings };
  /** Keys that config.yaml does not set: they have their defaults. */
  readonly isDefault: (key: string) => boolean;
}

/**
 * Checks that a job's config.yaml still says what its header says.
 * @returns messages for the user
 * @throws UsageError `changed-plugin` that names the plugin, and `changed-config` that names each changed key with its old
 *   and its new value
 */
export function checkPlan({ folder, job, recorded, current, isDefault }: PlanCheck): string[] {
  if (recorded.settings) {
    checkFiles(job, recorded.settings, current.settings);
    checkDescribed(job, recorded.settings, current.settings);
  }
  const changes = recorded.settings ? changesOf(recorded.settings, current.settings, isDefault) : [];
  if (changes.length > 0 || recorded.digest !== current.digest) {
    const names = changes.length > 0 ? `: ${changes.join('; ')}` : '';
    throw new UsageError(`${folder.config} no longer describes the ${job} in its journal${names}.`, {
      code: 'changed-config',
      nextSteps: [
        `Put the file back as it was, or start a new ${job} with the changed configuration.`,
        ...(changes.length > 0 ? [] : [`The ${job} was started by rminas ${recorded.rminas}.`]),
      ],
    });
  }
  if (recorded.settings !== undefined) return [];
  return [
    `rminas ${recorded.rminas} began this ${job}. Its journal keeps the specification and no settings: ` +
      'changed settings are not noticed.',
  ];
}

/** Scores by changed code or another space cannot be mixed with those in the journal. */
function checkFiles(job: string, recorded: BoundSettings, current: BoundSettings): void {
  for (const [key, digest] of Object.entries(current)) {
    if (!isFile(key) || !(key in recorded) || recorded[key] === digest) continue;
    throw new UsageError(
      `The ${key} has changed since the ${job} began: its scores cannot be mixed with those in the journal.`,
      {
        code: key.startsWith(FILES.plugin) ? 'changed-plugin' : 'changed-space',
        nextSteps: [`Put the file back as it was (SHA-256 ${recorded[key]}), or start a new ${job}.`],
      },
    );
  }
}

/** Scores on changed data cannot be mixed with those in the journal. */
function checkDescribed(job: string, recorded: BoundSettings, current: BoundSettings): void {
  for (const [key, now] of Object.entries(current)) {
    const then = recorded[key];
    if (!key.startsWith(DESCRIBED) || then === undefined || isDeepStrictEqual(then, now)) continue;
    const parts = changedKeys(then as BoundSettings, now as BoundSettings);
    const changes = parts.map(
      (part) => `${part}: ${(then as BoundSettings)[part]} then, ${(now as BoundSettings)[part]} now`,
    );
    throw new UsageError(
      `The ${key.slice(DESCRIBED.length)} has changed since the ${job} began: ${changes.join('; ')}.`,
      {
        code: 'changed-data',
        nextSteps: [`Put it back as it was, or start a new ${job}: scores of the old and the new one cannot be mixed.`],
      },
    );
  }
}

/** The keys in which two configurations differ, sorted. */
export function changedKeys(one: BoundSettings, other: BoundSettings): string[] {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return keys.filter((key) => !isDeepStrictEqual(one[key], other[key]));
}

/** A key that an older version did not know had its default then. */
function changesOf(recorded: BoundSettings, current: BoundSettings, isDefault: PlanCheck['isDefault']): string[] {
  return (
    changedKeys(recorded, current)
      .filter((key) => !(key in FREE_KEYS) && (key in recorded || !isDefault(key)))
      // RMINAS.PLUGINS and SPACE.NAME say which files differ.
      .filter((key) => !isFile(key) && !key.startsWith(DESCRIBED))
      .map((key) => `${key} was ${text(recorded[key])} and is ${text(current[key])}`)
  );
}

function text(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}
