/** The tables of a completion script, each a function of the shell from a place to its words. */
import type { Grammar } from './grammar.js';

/** Places that have the same words. */
export interface PlaceWords {
  readonly places: readonly string[];
  readonly words: readonly string[];
}

export interface ScriptTables {
  /** By first word; the empty text stands for the first word itself. */
  readonly commands: readonly PlaceWords[];
  readonly flags: readonly PlaceWords[];
  /** By command, keys left out. */
  readonly positional: readonly PlaceWords[];
  /** The commands that take keys. */
  readonly keyed: readonly string[];
  /** By `COMMAND FLAG`; flags without words are there, since the word after them is their value. */
  readonly flagValues: readonly PlaceWords[];
  /** By key. */
  readonly keyValues: readonly PlaceWords[];
  readonly keys: readonly string[];
}

export function tablesOf({ commands, topics, flags, positional, values, keys }: Grammar): ScriptTables {
  const positionals = Object.entries(positional);
  return {
    commands: entriesOf({ '': commands, ...topics }),
    flags: entriesOf(flags),
    positional: entriesOf(Object.fromEntries(positionals.map(([command, { words }]) => [command, words]))).filter(
      ({ words }) => words.length > 0,
    ),
    keyed: positionals.filter(([, { keys: takesKeys }]) => takesKeys).map(([command]) => command),
    flagValues: entriesOf(values),
    keyValues: entriesOf(keys),
    keys: Object.keys(keys),
  };
}

/** Words that every shell reads as they are. */
const PLAIN = /^[\w.@+/-]+$/;

function entriesOf(table: Readonly<Record<string, readonly string[]>>): PlaceWords[] {
  const byWords = new Map<string, { places: string[]; words: readonly string[] }>();
  for (const [place, all] of Object.entries(table)) {
    const words = [...new Set(all)].filter((word) => PLAIN.test(word));
    const entry = byWords.get(words.join(' ')) ?? { places: [], words };
    byWords.set(words.join(' '), entry);
    entry.places.push(place);
  }
  return [...byWords.values()];
}
