/** Reads a YAML file into a tree that knows the line of each key, with PyYAML's reading of every value. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { UsageError } from '../../errors.js';
import { listValue, unsupported, type Value } from './value.js';
import { offsetBeyondDepth } from './yaml-depth.js';
import { LateScalarError, resolveScalar, ScalarError } from './yaml-scalar.js';

export interface Entry {
  readonly key: string;
  readonly line: number;
  readonly content: Value | Group;
  /** The text of a number or a boolean, which may differ from its value: 010 is 8. */
  readonly written?: string;
}

/** A mapping. Of several entries with one key it has the last one, as in PyYAML; a whole group counts as an entry. */
export interface Group {
  readonly type: 'group';
  readonly entries: readonly Entry[];
}

/** More nodes than any configuration has. Aliases of aliases, or of themselves, would grow without a bound. */
const MAX_NODES = 10_000;
const MAX_DEPTH = 100;

/**
 * @param text the file's content
 * @param file its name, for messages
 * @throws UsageError with file, line and column when the text is not one YAML mapping of plain values.
 */
export function readYaml(text: string, file: string): Group {
  const lines = linesOf(text);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const deep = offsetBeyondDepth(text, MAX_DEPTH);
  if (deep !== null) throw broken(place(deep), 'nested too deeply');
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    // 'silent' would also hide a second document.
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) throw broken(place(error.pos[0]), ...explain(error, text));
  return new Reader(document, lines, place).read();
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

/** The library's message, or a better one for what happens with configurations. */
function explain({ code, message, pos: [offset] }: YAMLError, text: string): [string, string?] {
  if (code === 'MULTIPLE_DOCS') {
    return [
      'here a second document begins; a configuration is one',
      'Remove the line --- or put the rest into another file.',
    ];
  }
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';
  const [, key, value] = /^\s*([\w.]+):\s*(\|\w.*)$/.exec(line.trimEnd()) ?? [];
  if (value === undefined) return [message];
  return ['a value that begins with | must be in quotes', `Write ${key}: '${value}'`];
}

function broken(place: string, message: string, step?: string): UsageError {
  return new UsageError(`${place}: ${message}`, {
    code: 'broken-yaml',
    nextSteps: [
      step ?? 'Correct the file at this place. A configuration is a YAML mapping of groups, as XNAS writes it.',
    ],
  });
}

class Reader {
  /** By values that stand for them, the refusals of what a later entry may replace. */
  private readonly refusals = new Map<Value | Group, UsageError>();
  private nodes = 0;
  private depth = 0;

  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly place: (offset: number) => string,
  ) {}

  read(): Group {
    const { contents } = this.document;
    // An empty file changes nothing, as in yacs.
    if (contents === null || (isScalar(contents) && contents.source === '')) return { type: 'group', entries: [] };
    const content = this.content(contents);
    if (content.type !== 'group') throw this.error(contents, 'a configuration must be a mapping of groups and keys');
    this.refuse(content);
    return content;
  }

  private refuse(content: Value | Group): void {
    const refusal = this.refusals.get(content);
    if (refusal !== undefined) throw refusal;
    if (content.type === 'group') for (const entry of content.entries) this.refuse(entry.content);
  }

  private content(node: Node): Value | Group {
    const target = this.follow(node);
    if (isMap(target) && plainTag(target, 'map')) return { type: 'group', entries: this.entries(target) };
    if (isSeq(target) && plainTag(target, 'seq')) {
      return this.nested(target, () => listValue(target.items.map((item) => this.item(item as Node))));
    }
    if (!isScalar(target)) throw this.error(target, `the tag ${target.tag ?? ''} is not allowed in a configuration`);
    try {
      return resolveScalar(String(target.value ?? ''), target.tag ?? null, target.type === 'PLAIN' || !target.type);
    } catch (error) {
      if (error instanceof LateScalarError) return this.later(this.error(target, error.message));
      if (error instanceof ScalarError) throw this.error(target, error.message);
      throw error;
    }
  }

  private later(refusal: UsageError): Value {
    const value = unsupported('date');
    this.refusals.set(value, refusal);
    return value;
  }

  /** An element of a list. yacs accepts mappings there, but no key has one. */
  private item(node: Node): Value {
    const content = this.content(node);
    const refusal = this.refusals.get(content);
    if (refusal !== undefined) throw refusal;
    return content.type === 'group' ? unsupported('dict') : content;
  }

  /** Own entries follow merged ones (`<<`) and replace them. */
  private entries(map: YAMLMap): Entry[] {
    const entries = this.nested(map, () => this.ownAndMerged(map));
    return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
  }

  private ownAndMerged(map: YAMLMap): Entry[] {
    const merged: Entry[] = [];
    const own: Entry[] = [];
    for (const pair of map.items) {
      const keyNode = this.follow(pair.key as Node);
      if (!isScalar(keyNode)) throw this.error(keyNode, 'a key must be a name');
      const key = String(keyNode.value ?? '');
      const value = pair.value as Node | null;
      if (key === '<<' && keyNode.type === 'PLAIN') {
        if (value) merged.push(...this.merged(value));
      } else {
        own.push({ key, line: this.line(keyNode), ...this.valueOf(value) });
      }
    }
    return [...merged, ...own];
  }

  private valueOf(value: Node | null): Pick<Entry, 'content' | 'written'> {
    if (value === null) return { content: { type: 'NoneType' } };
    const content = this.content(value);
    const isText = content.type === 'group' || content.type === 'str' || !isScalar(value);
    return isText ? { content } : { content, written: value.source ?? '' };
  }

  /** The entries that `<<` merges; the first of several mappings wins. */
  private merged(node: Node): Entry[] {
    const target = this.follow(node);
    if (isMap(target)) return this.entries(target);
    if (!isSeq(target)) throw this.error(target, '<< needs a mapping or a list of mappings');
    return target.items.flatMap((_, index) => {
      const item = this.follow(target.items[target.items.length - 1 - index] as Node);
      if (!isMap(item)) throw this.error(item, '<< needs a mapping or a list of mappings');
      return this.entries(item);
    });
  }

  /** The node itself, or the node that it is an alias of. */
  private follow(node: Node): Exclude<Node, Alias> {
    this.nodes += 1;
    if (this.nodes > MAX_NODES) throw this.error(node, 'the file holds more than a configuration can');
    if (!isAlias(node)) return node;
    const target = node.resolve(this.document);
    if (!target) throw this.error(node, `*${node.source} is an alias of nothing`);
    return target;
  }

  private nested<T>(node: Node, read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.error(node, 'nested too deeply, as an alias that contains itself is');
    const result = read();
    this.depth -= 1;
    return result;
  }

  private line(node: Node): number {
    return this.lines.linePos(node.range?.[0] ?? 0).line;
  }

  private error(node: Node, message: string): UsageError {
    return broken(this.place(node.range?.[0] ?? 0), message);
  }
}

function plainTag(node: Node, kind: 'map' | 'seq'): boolean {
  const { tag } = node;
  return tag === undefined || tag === '!' || tag === `tag:yaml.org,2002:${kind}`;
}
