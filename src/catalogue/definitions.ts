import { OWN_DATASETS } from '../datasets/definition.js';
import { UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { anyText, arrayOf, checkArgument, objectWith } from '../options.js';
import { NAME_PATTERN } from '../protocol/specification.js';

/** The common part of all definitions: a name and its aliases. */
export interface Named {
  readonly name: string;
  readonly aliases: readonly string[];
}

/** References to things of the user, in addition to names: `folder:/home/ada/animals`, `/home/ada/space.yaml`. */
const REFERENCE = /^[^\s].*[:/\\]./s;

/** How a configuration names things of the user, by kind. */
const OWN: Readonly<Record<string, string>> = {
  space: 'Or name a space of your own by the path of its YAML file.',
  'data set': `Or name images of your own: ${OWN_DATASETS}.`,
};

/** The kinds that plugins add to. */
const BY_PLUGINS: ReadonlySet<string> = new Set(['space', 'data set', 'teacher']);

const NAMED = objectWith<Named>('a definition with a name and aliases', {
  name: anyText,
  aliases: arrayOf(anyText, 'names'),
});

/** The definitions of one kind, found by name or alias. Immutable. */
export class Definitions<Definition extends Named> implements Iterable<Definition> {
  readonly #all: readonly Definition[];
  readonly #byName: ReadonlyMap<string, Definition>;

  /**
   * @param kind in words, for messages: `data set`
   * @throws UsageError `invalid-definition` for a malformed name and `conflicting-definition` for a repeated one.
   */
  constructor(
    readonly kind: string,
    all: Iterable<Definition>,
  ) {
    this.#all = [...all];
    this.#byName = indexOf(kind, this.#all);
  }

  [Symbol.iterator](): Iterator<Definition> {
    return this.#all[Symbol.iterator]();
  }

  /** The names, without aliases, in the order of definition. */
  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** The definition with this name or alias. */
  find(name: string): Definition | undefined {
    return this.#byName.get(name);
  }

  /**
   * The definition with this name or alias.
   * @param where the key or option that has the name, for messages
   * @throws UsageError `unknown-<kind>` that suggests the nearest name.
   */
  get(name: string, where: string): Definition {
    const definition = this.find(name);
    if (definition !== undefined) return definition;
    const known = [...this.#byName.keys()];
    throw new UsageError(`There is no ${this.kind} '${name}' (${where}).${suggestion(name, known)}`, {
      code: `unknown-${this.kind.replace(' ', '-')}`,
      nextSteps: [
        `Set ${where} to one of ${known.join(', ')}.`,
        ...(OWN[this.kind] === undefined ? [] : [OWN[this.kind] as string]),
        ...(BY_PLUGINS.has(this.kind) ? [`If a plugin adds the ${this.kind}, name the plugin: --plugin FILE`] : []),
      ],
    });
  }

  /** A copy with one more definition, which replaces a definition of the same name. @throws UsageError as the constructor */
  replace(definition: Definition): Definitions<Definition> {
    const replaced = this.find(definition.name);
    return new Definitions(this.kind, [...this.#all.filter((one) => one !== replaced), definition]);
  }

  /** These definitions and more. @throws UsageError as the constructor */
  extend(more: Iterable<Definition>): Definitions<Definition> {
    return new Definitions(this.kind, [...this.#all, ...more]);
  }
}

function indexOf<Definition extends Named>(kind: string, all: readonly Definition[]): Map<string, Definition> {
  const byName = new Map<string, Definition>();
  for (const definition of all) {
    checkArgument('Definitions', kind, NAMED, definition);
    for (const name of [...definition.aliases, definition.name]) {
      const wellFormed = NAME_PATTERN.test(name) || (name !== definition.name && REFERENCE.test(name));
      if (!wellFormed) {
        throw new UsageError(`The name '${name}' of a ${kind} is malformed.`, {
          code: 'invalid-definition',
          nextSteps: [
            'Use up to 64 lower-case letters, digits, dots, dashes and underscores; begin with a letter or digit.',
          ],
        });
      }
      if (byName.has(name)) {
        throw new UsageError(`Two definitions of a ${kind} have the name '${name}'.`, {
          code: 'conflicting-definition',
          nextSteps: ['Rename one of them, or remove the alias.'],
        });
      }
      byName.set(name, definition);
    }
  }
  return byName;
}
