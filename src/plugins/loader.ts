/** Loads configurations that name plugins. */
import { BUILT_IN } from '../catalogue/built-in.js';
import { extendCatalogue } from '../catalogue/catalogue.js';
import { type Config, loadConfig } from '../config/index.js';
import { findPython } from '../sidecar/process/find-python.js';
import { definitionsOf, noticesOf } from './definitions.js';
import { type Description, describePlugins } from './description.js';
import { type PluginOptions, pluginSources } from './sources.js';

export interface PluginLoaderOptions {
  /** Python interpreter; by default the one that a search would use. */
  readonly python?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Limit for the loading, in ms; see {@link describePlugins}. */
  readonly timeoutMs?: number | undefined;
}

/** Asks Python what plugins add. It asks once for each list of plugins. */
export class PluginLoader {
  readonly #options: PluginLoaderOptions;
  readonly #known = new Map<string, Promise<Description>>();

  constructor(options: PluginLoaderOptions = {}) {
    this.#options = options;
  }

  /**
   * Loads a configuration. No Python runs unless the options or the configuration name a plugin.
   * @throws UsageError as {@link loadConfig}, for a file that does not exist, and for a name that is taken; MissingError
   *   for a plugin that does not load
   */
  async loadConfig({ plugins, ...options }: PluginOptions = {}): Promise<Config> {
    const sources = await pluginSources({ plugins, ...options });
    if (sources.length === 0) return loadConfig(options);
    const description = await this.describe(sources);
    const catalogue = extendCatalogue(options.catalogue ?? BUILT_IN, definitionsOf(description));
    const config = await loadConfig({ ...options, catalogue, loaded: description.plugins });
    return { ...config, notices: [...noticesOf(description), ...config.notices] };
  }

  /** @throws MissingError as {@link describePlugins} */
  describe(sources: readonly string[]): Promise<Description> {
    const key = JSON.stringify(sources);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { python, ...limits } = this.#options;
    const asked = findPython(python).then((found) => describePlugins(sources, { python: found, ...limits }));
    this.#known.set(key, asked);
    return asked;
  }
}

/**
 * Loads a configuration, with the plugins that it or the options name. Their Python code runs.
 *
 * @example
 * const { values } = await loadConfig({ file: 'own.yaml', plugins: ['plugin.py'] });
 * @throws as {@link PluginLoader.loadConfig}
 */
export function loadConfigWithPlugins({
  python,
  signal,
  ...options
}: PluginOptions & PluginLoaderOptions = {}): Promise<Config> {
  return new PluginLoader({ python, signal }).loadConfig(options);
}
