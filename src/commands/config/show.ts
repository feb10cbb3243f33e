import { Args, Flags } from '@oclif/core';
import { type ConfigDescription, type DescribedKey, describeConfig } from '../../config/index.js';
import { PluginLoader } from '../../plugins/loader.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { keyFlags, limitFlags, overrideArgs, pluginFlag, pythonFlag } from '../../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../../terminal/input/overrides.js';
import { describeConfigTable } from '../../terminal/tables/config.js';

export default class ConfigShow extends BaseCommand {
  static override summary = 'Show a resolved configuration.';
  static override description =
    `Prints every key with its value and its source: a default, a line of the file, or an override. Then it prints the
decisions of the profile. Keys of XNAS that rminas ignores are marked. It starts no sidecar and reads no data; Python runs only if a plugin is named.`;
  static override examples = [
    '<%= config.bin %> config show quickstart',
    '<%= config.bin %> config show quickstart --changed',
    '<%= config.bin %> config show nas-bench-201-cifar10 --profile corrected --json',
    '<%= config.bin %> config show quickstart LOADER.BATCH_SIZE 64 RMINAS.RF_WARMUP 24',
  ];
  static override strict = false;
  static override args = {
    file: Args.string({
      required: true,
      description: 'name of a shipped configuration, or a file in the format of XNAS or the RMI-NAS archive',
    }),
    ...overrideArgs,
  };
  static override flags = {
    changed: Flags.boolean({ description: 'only the keys that do not have their default' }),
    ...limitFlags,
    ...keyFlags,
    plugin: pluginFlag,
    python: pythonFlag,
  };

  override async run(): Promise<ConfigDescription> {
    const { args, flags, raw } = await this.parse(ConfigShow);
    const overrides = [...overridesOf(flags), ...wordsOf(raw).slice(1)];
    const loader = new PluginLoader({ python: flags.python });
    const config = await loader.loadConfig({ file: args.file, overrides, plugins: flags.plugin });
    const whole = describeConfig(config);
    const description = flags.changed ? { ...whole, keys: whole.keys.filter(isChanged) } : whole;
    this.log(describeConfigTable(description));
    return description;
  }
}

const isChanged = ({ source }: DescribedKey): boolean => source !== 'default';
