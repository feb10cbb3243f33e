/** Loads configurations that name plugins, or things of the user that Python has to describe. */

import { z } from 'zod';
import { BUILT_IN } from '../catalogue/built-in.js';
import { type Catalogue, catalogueOption, extendCatalogue } from '../catalogue/catalogue.js';
import { type Config, type LoadOptions, loadConfig } from '../config/index.js';
import type { Described } from '../definitions/described.js';
import type { PluginIdentity } from '../definitions/plugin.js';
import { pathOption } from '../installation/paths.js';
import { abortSignal, anyText, arrayOf, checkOptions, filledText, type OptionShape, timeLimit } from '../options.js';
import { findPython } from '../sidecar/process/find-python.js';
import { definitionsOf, identitiesOf, noticesOf } from './definitions.js';
import { type Description, describePlugins, type Subject } from './description.js';
import { findOwnThings, type QuestionOptions } from './own-things.js';
import { type PluginOptions, pluginSources } from './sources.js';
import { findSpaceFile } from './space-file.js';

export interface PluginLoaderOptions {
  /** Python interpreter; by default the one that a search would use. */
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Limit for the loading, in ms; see {@link describePlugins}. */
  readonly timeoutMs?: number | undefined;
  /** The definitions that configurations extend, unless a call names others; those that ship with rminas by default. */
  readonly catalogue?: Catalogue | undefined;
}

const LOAD_OPTIONS: OptionShape<PluginOptions & PluginLoaderOptions> = {
  file: pathOption.optional(),
  overrides: arrayOf(anyText, 'texts').optional(),
  plugins: arrayOf(filledText, 'names of files and modules').optional(),
  cwd: pathOption.optional(),
  catalogue: catalogueOption.optional(),
  loaded: z.array(z.custom<PluginIdentity>(isObject, 'an identity'), 'an array of identities').optional(),
  described: z.array(z.custom<Described>(isObject, 'a description'), 'an array of descriptions').optional(),
  python: pathOption.optional(),
  signal: abortSignal.optional(),
  timeoutMs: timeLimit.optional(),
};

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Asks Python what plugins add, and about the data set of the user. It asks each question once. */
export class PluginLoader {
  readonly #options: PluginLoaderOptions;
  readonly #known = new Map<string, Promise<Description>>();

  constructor(options: PluginLoaderOptions = {}) {
    this.#options = options;
  }

  /**
   * Loads a configuration. No Python runs unless the options or the configuration name a plugin, a space or images of
   * the user.
   * @throws UsageError as {@link loadConfig}, for a file that does not exist, and for a name that is taken; MissingError
   *   for a plugin that does not load, and for a data set that cannot be read
   */
  async loadConfig({ plugins: named, thorough, ...given }: PluginOptions & QuestionOptions = {}): Promise<Config> {
    const options = { ...given, catalogue: given.catalogue ?? this.#options.catalogue };
    const plugins = await pluginSources({ plugins: named, ...options });
    const base = options.catalogue ?? BUILT_IN;
    const space = await findSpaceFile(options, base);
    const sources = [...plugins, ...(space === undefined ? [] : [space.identity.argument])];
    const own = await findOwnThings({ ...options, thorough });
    if (sources.length === 0 && Object.keys(own.questions).length === 0) return loadConfig(options);
    const description = await this.describe({ plugins: sources, questions: own.questions });
    const { extension, described, notices } = own.understand(description.answers);
    const withPlugins = extendCatalogue(base, definitionsOf(description));
    const withSpace = extendCatalogue(withPlugins, { spaces: space === undefined ? [] : [space.definition] });
    const catalogue = extendCatalogue(withSpace, extension);
    const loaded = identitiesOf(description, space?.identity);
    const config = await loadConfig({ ...options, catalogue, loaded, described });
    return { ...config, notices: [...noticesOf(description), ...notices, ...config.notices] };
  }

  /** @throws MissingError as {@link describePlugins} */
  describe(subject: Subject): Promise<Description> {
    const key = JSON.stringify(subject);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { python, catalogue: _catalogue, ...limits } = this.#options;
    const asked = findPython(python).then((found) => describePlugins(subject, { python: found, ...limits }));
    this.#known.set(key, asked);
    return asked;
  }
}

/**
 * Loads a configuration, with the plugins and the space of the user that it or the options name. Their Python code runs.
 *
 * @example
 * const { values } = await loadConfig({ file: 'own.yaml', plugins: ['plugin.py'] });
 * @throws as {@link PluginLoader.loadConfig}
 */
export async function loadConfigWithPlugins(given: PluginOptions & PluginLoaderOptions = {}): Promise<Config> {
  const { python, signal, timeoutMs, ...options } = checkOptions('loadConfig()', LOAD_OPTIONS, given);
  return new PluginLoader({ python, signal, timeoutMs }).loadConfig(options);
}

/** Loads configurations with these plugins and with those that they name. */
export function loadWith(plugins: readonly string[] | undefined): (options: LoadOptions) => Promise<Config> {
  return (options) => new PluginLoader().loadConfig({ ...options, plugins });
}
