/** The tables of a completion script, each a function of the shell from a place to its words. */
import type { Grammar } from './grammar.js';

/** Places that have the same words. */
export interface PlaceWords {
  readonly places: readonly string[];
  /** Null in a table that only lists places. */
  readonly words: readonly string[] | null;
}

/** A table, and the name of its function after the prefix of the script. */
export interface ScriptTable {
  readonly name: string;
  readonly entries: readonly PlaceWords[];
}

export interface ScriptTables {
  readonly tables: readonly ScriptTable[];
  /** The keys of a configuration. */
  readonly keys: readonly string[];
}

export function tablesOf({ commands, topics, flags, positional, values, keys }: Grammar): ScriptTables {
  const positionals = Object.entries(positional);
  const words = entriesOf(Object.fromEntries(positionals.map(([command, { words: all }]) => [command, all])));
  const keyed = positionals.filter(([, { keys: takesKeys }]) => takesKeys).map(([command]) => command);
  const tables = [
    // By first word; the empty text stands for the first word itself.
    { name: 'commands', entries: entriesOf({ '': commands, ...topics }) },
    { name: 'flags', entries: entriesOf(flags) },
    // By command, keys left out.
    { name: 'positional', entries: words.filter((entry) => entry.words.length > 0) },
    // The commands that take keys.
    { name: 'keyed', entries: [{ places: keyed, words: null }] },
    // By `COMMAND FLAG`. Flags without words are there, since the word after them is their value.
    { name: 'flag_values', entries: entriesOf(values) },
    { name: 'key_values', entries: entriesOf(keys) },
  ];
  return { tables, keys: Object.keys(keys) };
}

/** Words that every shell reads as they are. */
const PLAIN = /^[\w.@+/-]+$/;

function entriesOf(table: Readonly<Record<string, readonly string[]>>) {
  const byWords = new Map<string, { places: string[]; words: readonly string[] }>();
  for (const [place, all] of Object.entries(table)) {
    const words = [...new Set(all)].filter((word) => PLAIN.test(word));
    const entry = byWords.get(words.join(' ')) ?? { places: [], words };
    byWords.set(words.join(' '), entry);
    entry.places.push(place);
  }
  return [...byWords.values()];
}
