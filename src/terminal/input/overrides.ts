/** The configuration keys of a command line: KEY VALUE pairs, and the flags that are short for them. */
import { FLAGS_OF_KEYS } from './flags.js';

type KeyFlag = keyof typeof FLAGS_OF_KEYS;

/** Keys whose values are texts: a folder called 123 must stay a string. */
const TEXT_KEYS: ReadonlySet<string> = new Set([
  'RMINAS.TEACHER',
  'RMINAS.TEACHER_WEIGHTS',
  'RMINAS.RAY_ADDRESS',
  'RMINAS.WORKER_RESOURCES',
  'OUT_DIR',
]);
/** Keys whose values are lists of names, which a flag has with commas. */
const NAME_LISTS: ReadonlySet<string> = new Set(['RMINAS.TEACHER_STAGES']);

function literal(key: string, value: string): string {
  if (NAME_LISTS.has(key))
    return `[${value
      .split(',')
      .map((name) => quoted(name.trim()))
      .join(', ')}]`;
  return TEXT_KEYS.has(key) ? quoted(value) : value;
}

/** The words by which --dataset sets LOADER.DATASET. */
export function datasetOverride(dataset: string | undefined): string[] {
  return dataset === undefined ? [] : ['LOADER.DATASET', quoted(dataset)];
}

/** A value as a text for yacs, even if it looks like a number. */
function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/**
 * The words of a command line that are not flags, in order. The parser's own `argv` groups equal words.
 * @param raw the parser's result of that name
 */
export function wordsOf(raw: readonly { readonly type: string; readonly input: string }[]): string[] {
  return raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
}

/** The values of the flags for keys. */
type KeyFlagValues = Partial<Record<KeyFlag, string | undefined>> & {
  'allow-public'?: boolean | undefined;
};

const MACHINE_FLAGS = [
  ...(['device', 'workers', 'threads', 'engine'] as const),
  ...(['ray-address', 'worker-resources', 'max-workers', 'allow-public'] as const),
] as const satisfies readonly (keyof KeyFlagValues)[];

/** Separates the flags of the machines that a job runs on from those that say what it computes. */
export function splitMachineFlags<Flags extends KeyFlagValues>(flags: Flags) {
  const what: Flags = { ...flags };
  for (const name of MACHINE_FLAGS) delete what[name];
  const machine: KeyFlagValues = Object.fromEntries(MACHINE_FLAGS.map((name) => [name, flags[name]]));
  return { ...what, machine };
}

/** The overrides of the key flags. */
export function overridesOf(flags: KeyFlagValues): string[] {
  const pairs = Object.entries(FLAGS_OF_KEYS).flatMap(([name, { key }]) => {
    const value = flags[name as KeyFlag];
    return value === undefined ? [] : [key, literal(key, value)];
  });
  return flags['allow-public'] ? [...pairs, 'RMINAS.ALLOW_PUBLIC', 'True'] : pairs;
}
