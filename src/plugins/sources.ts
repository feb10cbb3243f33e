/** The plugins that the user names, in the form that the sidecar loads. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { configuredPlugins, type LoadOptions } from '../config/index.js';
import { UsageError } from '../errors.js';
import { userPath } from '../installation/paths.js';

/** Options of a configuration that may use plugins. */
export interface PluginOptions extends LoadOptions {
  /**
   * Plugins besides those of RMINAS.PLUGINS: Python files, modules, or entry points of the group `rminas.plugins`. A
   * relative path starts from `cwd`.
   */
  readonly plugins?: readonly string[] | undefined;
}

/**
 * The plugins that the options and the configuration name, each once; paths are absolute.
 * @throws UsageError `missing-plugin` for a file that does not exist, and for a configuration that cannot be read
 */
export async function pluginSources({ plugins = [], ...options }: PluginOptions): Promise<string[]> {
  const { cwd = '.' } = options;
  const configured = (await configuredPlugins(options)).map(({ name, folder }) => absolute(name, folder));
  const sources = [...new Set([...configured, ...plugins.map((name) => absolute(name, cwd))])];
  for (const source of sources) checkFile(source);
  return sources;
}

/** The sidecar tells a file from a module by the same rule. */
function isFile(name: string): boolean {
  return name.endsWith('.py') || /[\\/]/.test(name);
}

function absolute(name: string, folder: string): string {
  return isFile(name) ? resolve(folder, userPath(name)) : name;
}

function checkFile(source: string): void {
  if (!isFile(source) || statSync(source, { throwIfNoEntry: false })?.isFile()) return;
  throw new UsageError(`The plugin ${source} does not exist or is not a file.`, {
    code: 'missing-plugin',
    nextSteps: [
      'Correct the path. With --plugin it starts from the current folder, in RMINAS.PLUGINS from the folder of the file.',
    ],
  });
}
