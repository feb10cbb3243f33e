import { pluginArguments } from '../definitions/plugin.js';
import { RminasError } from '../errors.js';
import type { PluginLoader } from '../plugins/loader.js';
import type { AssetQuestionOptions } from './assets.js';
import { ok, type Question } from './check.js';
import type { Importer } from './packages.js';

interface LoadingModule {
  load_plugins(sources: readonly string[]): Promise<unknown>;
}

/** A question for each plugin that the user names: whether it loads, and what it adds. */
export function pluginQuestions(plugins: readonly string[], loader: PluginLoader): Question[] {
  return plugins.map((name) => ({
    name: `plugin ${name}`,
    required: true,
    ask: async () => {
      const { notices } = await loader.loadConfig({ plugins: [name] });
      return ok(notices.join(' '));
    },
  }));
}

/**
 * The catalogue with the plugins that load, and their loading into the interpreter of the checks. Why another one does
 * not load, its own question says.
 */
export async function withPlugins(
  python: Importer,
  plugins: readonly string[],
  loader: PluginLoader,
): Promise<Pick<AssetQuestionOptions, 'config' | 'loadPlugins'>> {
  const usable: string[] = [];
  for (const name of plugins) if (await loads(name, loader)) usable.push(name);
  const config = await loader.loadConfig({ plugins: usable });
  const sources = pluginArguments(config.plugins);
  const load = async () => {
    const { load_plugins: loadAll } = await python.import<LoadingModule>('rminas_sidecar.plugins.loading');
    await loadAll(sources);
  };
  let loading: Promise<void> | undefined;
  const loadPlugins = () => {
    loading ??= sources.length > 0 ? load() : Promise.resolve();
    return loading;
  };
  return { config, loadPlugins };
}

async function loads(name: string, loader: PluginLoader): Promise<boolean> {
  try {
    await loader.loadConfig({ plugins: [name] });
    return true;
  } catch (error) {
    if (error instanceof RminasError) return false;
    throw error;
  }
}
