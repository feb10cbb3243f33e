/** The definition of a space that a file of the user describes. */
import { createRandom } from '../../random/random.js';
import { defineSpace, type SpaceDefinition } from '../definition.js';
import { createSlotSpace } from '../slots/space.js';
import type { Space } from '../space.js';
import { type Choice, choiceText, type SpaceFile } from './file.js';

/** The space as the sidecar gets it, on its command line. */
export interface SidecarSpace {
  readonly space: string;
  /** Absolute path of the file that describes it, for messages. */
  readonly file: string;
  /** The Python file, its SHA-256 in hexadecimal, and the function in it. */
  readonly build: { readonly file: string; readonly sha256: string; readonly function: string };
  /** `texts` are the choices as genotypes have them. */
  readonly slots: readonly {
    readonly name: string;
    readonly choices: readonly Choice[];
    readonly texts: readonly string[];
  }[];
  readonly stages: readonly string[] | null;
  readonly seconds: number;
  /** Genotypes that are built before anything is evaluated. One of them must succeed. */
  readonly probes: readonly string[];
}

export interface OwnSpaceOptions {
  readonly name: string;
  /** Absolute path of the YAML file. */
  readonly file: string;
  readonly content: SpaceFile;
  /** Absolute path of the Python file, and its SHA-256. */
  readonly builder: { readonly file: string; readonly sha256: string };
}

/** A definition for the controller, and its counterpart for the sidecar. */
export interface OwnSpace {
  readonly definition: SpaceDefinition;
  readonly forSidecar: SidecarSpace;
}

const RANDOM_PROBES = 6;

/** @throws UsageError `invalid-space` for slots that make no space */
export function defineOwnSpace({ name, file, content, builder }: OwnSpaceOptions): OwnSpace {
  const slots = content.slots.map(({ name: slot, choices, when }) => ({
    name: slot,
    choices: choices.map(choiceText),
    when: Object.fromEntries(Object.entries(when).map(([parent, all]) => [parent, all.map(choiceText)])),
  }));
  const space = createSlotSpace({ name, slots });
  const [first = ''] = content.slots.map((slot) => slot.name);
  const definition = defineSpace({
    name,
    aliases: [file],
    doc: content.doc ?? `The space of ${file}.`,
    space,
    beginning: new RegExp(`^${first.replace(/[.]/g, '\\.')}=`),
    // Networks of the user may need features in the usual memory layout.
    script: { name: file, keys: { 'RMINAS.ARITHMETIC': 'plain' } },
  });
  const forSidecar: SidecarSpace = {
    space: name,
    file,
    build: { ...builder, function: content.build.slice(content.build.lastIndexOf(':') + 1) },
    slots: content.slots.map((slot) => ({
      name: slot.name,
      choices: slot.choices,
      texts: slot.choices.map(choiceText),
    })),
    stages: content.stages,
    seconds: content.seconds,
    probes: probesOf(space),
  };
  return { definition, forSidecar };
}

/** The architectures of all first and all last choices, and random ones. */
function probesOf(space: Space): string[] {
  const first = space.canonical([]);
  const last = space.canonical(space.slots.map((categories) => categories - 1));
  const random = createRandom(0, 'probes', 0);
  const drawn = Array.from({ length: RANDOM_PROBES }, () => space.sample(random));
  return [...new Set([first, last, ...drawn].map((encoding) => space.print(encoding)))];
}
