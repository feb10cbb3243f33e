import { Flags, type Interfaces } from '@oclif/core';
import { STRATEGY_NAMES } from '../strategies/index.js';

/** Flags that more than one command takes. */
export const dataFlag = Flags.string({
  description: 'folder with the data sets and teachers',
  helpValue: 'DIR',
  env: 'RMINAS_DATA',
});

export const pythonFlag = Flags.string({
  description: 'Python interpreter to use (default: RMINAS_PYTHON, .venv, the active environment, python3)',
  helpValue: 'FILE',
});

export const noCacheFlag = Flags.boolean({
  description: 'neither take scores that other runs have computed, nor leave any to them',
});

/** Short names of configuration keys: each is nothing but `KEY VALUE`, written in front of the user's own. */
const KEY_FLAGS = {
  space: { key: 'SPACE.NAME', description: 'search space', helpValue: 'NAME' },
  profile: { key: 'RMINAS.PROFILE', description: 'paper, xnas or corrected', helpValue: 'NAME' },
  backend: { key: 'RMINAS.BACKEND', description: 'auto, native or xnas', helpValue: 'NAME' },
  strategy: {
    key: 'RMINAS.STRATEGY',
    description: `${STRATEGY_NAMES.slice(0, -1).join(', ')} or ${STRATEGY_NAMES.at(-1)}`,
    helpValue: 'NAME',
  },
  objective: { key: 'RMINAS.OBJECTIVE', description: 'rmi, aggregate, benchmark or a proxy', helpValue: 'NAME' },
  seed: { key: 'RNG_SEED', description: 'seed of the run', helpValue: 'N' },
  teacher: { key: 'RMINAS.TEACHER', description: "teacher's checkpoint", helpValue: 'FILE' },
  'teacher-arch': { key: 'RMINAS.TEACHER_ARCH', description: 'its architecture', helpValue: 'NAME' },
  device: { key: 'RMINAS.DEVICE', description: 'cpu, cuda, cuda:N or auto', helpValue: 'NAME' },
  workers: { key: 'RMINAS.WORKERS', description: 'evaluations side by side', helpValue: 'N' },
  threads: { key: 'RMINAS.THREADS', description: 'threads of each worker (0: cores shared out)', helpValue: 'N' },
  out: { key: 'OUT_DIR', description: 'folder in which runs get their folders', helpValue: 'DIR' },
} as const;

type KeyFlag = keyof typeof KEY_FLAGS;

export const keyFlags = Object.fromEntries(
  Object.entries(KEY_FLAGS).map(([name, { key, description, helpValue }]) => [
    name,
    Flags.string({ description: `${description} (${key})`, helpValue, helpGroup: 'CONFIGURATION' }),
  ]),
) as Record<KeyFlag, Interfaces.OptionFlag<string | undefined>>;

/** What says which assets are meant, beside their names. */
export const assetFlags: Record<
  'cfg' | 'data' | 'space' | 'teacher' | 'teacher-arch',
  Interfaces.OptionFlag<string | undefined>
> = {
  cfg: Flags.string({
    description: 'configuration file: the data set and the teacher that it needs',
    helpValue: 'FILE',
  }),
  data: dataFlag,
  space: { ...keyFlags.space, dependsOn: ['cfg'] },
  teacher: { ...keyFlags.teacher, dependsOn: ['cfg'] },
  'teacher-arch': { ...keyFlags['teacher-arch'], dependsOn: ['cfg'] },
};

/** Keys whose values are names of files: a folder called 123 is no number. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['RMINAS.TEACHER', 'OUT_DIR']);

function literal(key: string, value: string): string {
  return TEXT_KEYS.has(key) ? `'${value.replaceAll(/[\\']/g, String.raw`\$&`)}'` : value;
}

/**
 * The words of a command line that are no flags, in their order: the parser's own `argv` moves equal ones together.
 * @param raw what the parser answers under that name
 */
export function wordsOf(raw: readonly { readonly type: string; readonly input: string }[]): string[] {
  return raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
}

/** The overrides that the key flags stand for. */
export function overridesOf(flags: Partial<Record<KeyFlag, string | undefined>>): string[] {
  return Object.entries(KEY_FLAGS).flatMap(([name, { key }]) => {
    const value = flags[name as KeyFlag];
    return value === undefined ? [] : [key, literal(key, value)];
  });
}
