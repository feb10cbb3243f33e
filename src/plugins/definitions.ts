/** Makes definitions of what plugins add, so that a configuration can name it like what is built in. */
import type { CatalogueExtension } from '../catalogue/catalogue.js';
import type { DatasetDefinition } from '../datasets/definition.js';
import type { PluginIdentity } from '../definitions/plugin.js';
import { defineProxy } from '../proxies/index.js';
import { defineSpace, type SpaceDefinition } from '../spaces/definition.js';
import { createSlotSpace } from '../spaces/slots/space.js';
import type { TeacherDefinition } from '../teachers/definition.js';
import { isSpaceArgument, type PluginDescription } from './description.js';

type Added<Kind extends 'spaces' | 'datasets' | 'teachers' | 'proxies'> = PluginDescription[Kind][number];

/**
 * The definitions of everything that plugins registered. A space without slots is left out: only a script that brings
 * the space itself can search it.
 * @throws UsageError `invalid-space` for slots that make no space
 */
export function definitionsOf({
  spaces,
  datasets,
  teachers,
  proxies,
}: PluginDescription): Required<Pick<CatalogueExtension, 'spaces' | 'datasets' | 'teachers' | 'proxies'>> {
  return {
    spaces: added(spaces).flatMap(spaceOf),
    datasets: added(datasets).map(datasetOf),
    teachers: added(teachers).map(teacherOf),
    proxies: added(proxies).map(({ name, plugin, direction, needs }) =>
      defineProxy({ name, direction, needs, doc: docOf('proxy', plugin), source: '' }),
    ),
  };
}

/**
 * The files that scores depend on: the plugins, the file of a space and the Python file that it names.
 * @param own the file of a space; undefined without one
 */
export function identitiesOf({ plugins }: PluginDescription, own?: PluginIdentity): PluginIdentity[] {
  return plugins.flatMap(({ source, file, sha256 }): PluginIdentity[] => {
    if (source !== own?.argument) return [{ source, argument: source, kind: 'plugin', file, sha256 }];
    return [own, { source: file, argument: null, kind: 'space', file, sha256 }];
  });
}

/** One sentence for each plugin that says what it adds, for the user. */
export function noticesOf(description: PluginDescription): string[] {
  const { plugins, spaces, datasets, teachers, proxies } = description;
  return plugins.map(({ name: plugin, source, file }) => {
    if (isSpaceArgument(source)) return `The space of ${plugin} runs ${file}.`;
    const parts = [
      ['space', spaces],
      ['data set', datasets],
      ['teacher', teachers],
      ['proxy', proxies],
    ] as const;
    const things = parts.flatMap(([kind, all]) =>
      all.filter((thing) => thing.plugin === plugin).map((thing) => `the ${kind} ${thing.name}${limitOf(thing)}`),
    );
    return `The plugin ${plugin} runs. It adds ${things.length === 0 ? 'nothing' : things.join(', ')}.`;
  });
}

function limitOf(thing: object): string {
  return 'slots' in thing && thing.slots === null ? ' (without slots: only a script can search it)' : '';
}

function added<Thing extends { readonly plugin: string | null }>(things: readonly Thing[]): Thing[] {
  return things.filter(({ plugin }) => plugin !== null);
}

function docOf(kind: string, plugin: string | null): string {
  return `A ${kind} of the plugin ${plugin}.`;
}

function spaceOf({ name, plugin, slots }: Added<'spaces'>): SpaceDefinition[] {
  return slots === null
    ? []
    : [defineSpace({ name, doc: docOf('space', plugin), space: createSlotSpace({ name, slots }) })];
}

function datasetOf({ name, plugin, classes, resolution, resizable, teacher }: Added<'datasets'>): DatasetDefinition {
  const doc = docOf('data set', plugin);
  return { name, aliases: [], doc, classes, resolution, resizable, teacher, asset: null, folder: 'own' };
}

function teacherOf({ name, plugin }: Added<'teachers'>): TeacherDefinition {
  return { name, aliases: [], doc: docOf('teacher', plugin), asset: null };
}
