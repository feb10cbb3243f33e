import { locateImages } from '../assets/locate.js';
import { UsageError } from '../errors.js';
import { PluginLoader } from '../plugins/loader.js';
import { ok, type Question } from './check.js';

export interface ConfigurationQuestionOptions {
  /** Name or file of the configuration; undefined for no question. */
  readonly cfg: string | undefined;
  readonly overrides: readonly string[] | undefined;
  readonly plugins: readonly string[];
  readonly data: string | undefined;
  readonly python: string | undefined;
  /** Limit for the reading of all images, in ms; that of {@link PluginLoader} by default. */
  readonly timeoutMs: number | undefined;
}

/**
 * A question about the data set that a configuration names. Images of the user are all decoded.
 * @throws UsageError `missing-configuration` for overrides of nothing
 */
export function configurationQuestions(options: ConfigurationQuestionOptions): Question[] {
  const { cfg, overrides = [], plugins, data, python, timeoutMs } = options;
  if (cfg === undefined && overrides.length === 0) return [];
  if (cfg === undefined) {
    throw new UsageError(`${overrides[0]} was given without a configuration.`, {
      code: 'missing-configuration',
      nextSteps: ['Name a configuration: rminas doctor --cfg quickstart'],
    });
  }
  const ask = async () => {
    const loader = new PluginLoader({ python, timeoutMs });
    const config = await loader.loadConfig({ file: cfg, overrides, plugins, thorough: true });
    const name = config.values['LOADER.DATASET'];
    const { own } = config.catalogue.datasets.get(name, 'LOADER.DATASET');
    if (own !== undefined) return ok(config.notices.join(' '));
    const folder = await locateImages(name, config, { data });
    return ok(`${name}${folder === null ? ', shipped' : ` at ${folder}`}`);
  };
  return [{ name: `data of ${cfg}`, required: true, ask }];
}
