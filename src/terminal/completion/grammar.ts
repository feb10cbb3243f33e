/** What may stand where on a command line: the words that shells complete. */
import { z } from 'zod';
import { assetsOf } from '../../assets/asset.js';
import type { Catalogue } from '../../catalogue/catalogue.js';
import { shippedConfigs } from '../../config/config-file.js';
import { readKeysOf } from '../../config/schema/keys.js';
import { FOLLOW_UPS } from '../../definitions/follow-up.js';
import type { KeyDefinition } from '../../definitions/key.js';
import { HISTORY_FORMATS } from '../../export/history.js';
import { EXPORT_FORMATS } from '../../protocol/exporting.js';
import { ANSWER_RULES } from '../../strategies/answers/settings.js';
import { METHOD_NAMES } from '../../supernets/index.js';
import { keyOfFlag, overrideArgs } from '../input/flags.js';

/** The part of oclif's commands that completion needs; the manifest has it without loading a command. */
export interface CommandShape {
  /** Words separated by colons: `config:show`. */
  readonly id: string;
  readonly hidden?: boolean | undefined;
  readonly flags: Readonly<Record<string, FlagShape>>;
  readonly args: Readonly<Record<string, { readonly options?: readonly string[] | undefined }>>;
}

interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly options?: readonly string[] | undefined;
}

/** The words for each place of a command line. A place without words takes a file name, a number or any text. */
export interface Grammar {
  /** First words. */
  readonly commands: readonly string[];
  /** Second words, by the first word of those commands that consist of two. */
  readonly topics: Readonly<Record<string, readonly string[]>>;
  /** Flags by command: `config show` → `--changed`, …. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  /** Positional words by command; keys stand for the keys of a configuration. */
  readonly positional: Readonly<Record<string, { readonly words: readonly string[]; readonly keys: boolean }>>;
  /** Values by command and flag: `search --strategy` → `forest`, …. Every flag that takes a value is there. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** Values by key of a configuration. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Commands whose KEY VALUE pairs follow another argument of any number. */
const KEYS_AFTER_WORDS: ReadonlySet<string> = new Set(['explain', 'score']);

/** @param commands all commands, those of plugins of oclif included */
export function grammarOf(commands: readonly CommandShape[], catalogue: Catalogue): Grammar {
  const shown = commands.filter(({ hidden }) => !hidden).map((command) => ({ ...command, name: nameOf(command) }));
  const keys = keyWords(catalogue);
  const words = placeWords(catalogue, keys);
  const firsts = [...new Set(shown.map(({ name }) => name.split(' ')[0] ?? ''))].sort();
  const seconds = (first: string) =>
    shown.flatMap(({ name }) => (name.match(/^(\S+) (\S+)$/)?.[1] === first ? [name.split(' ')[1] ?? ''] : []));
  const topics = firsts.map((first) => [first, seconds(first)] as const).filter(([, second]) => second.length > 0);
  return {
    commands: firsts,
    topics: Object.fromEntries(topics),
    flags: Object.fromEntries(shown.map(({ name, flags }) => [name, flagNames(flags)])),
    positional: Object.fromEntries(
      shown.map(({ name, args }) => {
        const listed = Object.values(args).flatMap(({ options = [] }) => options);
        const own = name === 'help' ? firsts : (words[name] ?? listed);
        return [
          name,
          { words: own, keys: KEYS_AFTER_WORDS.has(name) || Object.keys(overrideArgs).some((arg) => arg in args) },
        ];
      }),
    ),
    values: Object.fromEntries(shown.flatMap(({ name, flags }) => flagValues(name, flags, words, keys))),
    keys,
  };
}

const nameOf = ({ id }: CommandShape): string => id.replaceAll(':', ' ');

function visible(flags: CommandShape['flags']): [string, FlagShape][] {
  return Object.entries(flags).filter(([, { hidden }]) => !hidden);
}

function flagNames(flags: CommandShape['flags']): string[] {
  return [...visible(flags).map(([name]) => `--${name}`), '--help'];
}

function flagValues(
  command: string,
  flags: CommandShape['flags'],
  words: Readonly<Record<string, readonly string[]>>,
  keys: Grammar['keys'],
): [string, readonly string[]][] {
  return visible(flags)
    .filter(([, { type }]) => type === 'option')
    .flatMap(([name, { char, options }]) => {
      const flag = `--${name}`;
      const values = options ?? words[`${command} ${flag}`] ?? words[flag] ?? keys[keyOfFlag(name) ?? ''] ?? [];
      return [flag, ...(char ? [`-${char}`] : [])].map((form): [string, readonly string[]] => [
        `${command} ${form}`,
        values,
      ]);
    });
}

/** The values of each key that a job reads; none where they are no set. */
function keyWords(catalogue: Catalogue): Record<string, readonly string[]> {
  const { spaces, datasets, teachers, proxies, strategies, objectives } = catalogue;
  const named: Readonly<Record<string, readonly string[]>> = {
    'SPACE.NAME': spaces.names,
    'LOADER.DATASET': datasets.names,
    'RMINAS.TEACHER': teachers.names,
    'RMINAS.TEACHER_ARCH': teachers.names,
    'RMINAS.STRATEGY': strategies.names,
    'RMINAS.OBJECTIVE': [...objectives.names, ...proxies.names],
    'RMINAS.DEVICE': ['auto', 'cpu', 'cuda'],
    'RMINAS.RAY_ADDRESS': ['auto', 'local'],
    'ONESHOT.METHOD': METHOD_NAMES,
  };
  const all = Object.entries(readKeysOf(catalogue));
  return Object.fromEntries(all.map(([key, definition]) => [key, named[key] ?? choicesOf(definition)]));
}

function choicesOf({ type, schema }: KeyDefinition): readonly string[] {
  if (type === 'bool') return ['True', 'False'];
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

/** The words of flags, of flags of one command, and of the arguments of a command. */
function placeWords(catalogue: Catalogue, keys: Grammar['keys']): Record<string, readonly string[]> {
  const configs = shippedConfigs();
  const assets = assetsOf(catalogue).map(({ name }) => name);
  const published = [...catalogue.spaces].flatMap((space) => space.published.map(({ name }) => name));
  const commands = (names: readonly string[], words: readonly string[]) => names.map((name) => [name, words] as const);
  return {
    '--cfg': configs,
    '--dataset': catalogue.datasets.names,
    // A benchmark has other names for its data sets, such as cifar10-valid.
    'benchmark top --dataset': [],
    '--strategies': catalogue.strategies.names,
    '--objectives': keys['RMINAS.OBJECTIVE'] ?? [],
    '--answers': ANSWER_RULES,
    '--proxies': catalogue.proxies.names,
    '--method': METHOD_NAMES,
    '--then': FOLLOW_UPS,
    '--formats': [...EXPORT_FORMATS, 'none'],
    '--format': HISTORY_FORMATS,
    '--genotype': published,
    'config show': configs,
    ...Object.fromEntries(commands(['assets fetch', 'assets list', 'assets verify'], assets)),
    ...Object.fromEntries(commands(['explain', 'export', 'score', 'show'], published)),
  };
}
