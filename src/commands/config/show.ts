import { Args } from '@oclif/core';
import { type ConfigDescription, describeConfig } from '../../config/index.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { describeConfigTable } from '../../terminal/config.js';
import { keyFlags, overridesOf, wordsOf } from '../../terminal/flags.js';

export default class ConfigShow extends BaseCommand {
  static override summary = 'Show what a configuration comes to.';
  static override description =
    `Prints every key of the resolved configuration with its value and where that comes from: a default, a line of the
file, an override; and what the profile makes of them. Nothing is started, and no data is looked for.`;
  static override examples = [
    '<%= config.bin %> config show configs/quickstart.yaml',
    '<%= config.bin %> config show rminas_proxyless_imagenet.yaml --profile corrected --json',
    '<%= config.bin %> config show nb201_cifar10.yaml TRAIN.BATCH_SIZE 64 RMINAS.RF_WARMUP 24',
  ];
  static override strict = false;
  static override args = {
    file: Args.string({
      required: true,
      description: 'configuration file, in the form of XNAS or the archive',
    }),
    override: Args.string({ name: 'KEY VALUE', description: 'configuration keys and their values' }),
  };
  static override flags = keyFlags;

  override async run(): Promise<ConfigDescription> {
    const { args, flags, raw } = await this.parse(ConfigShow);
    const overrides = [...overridesOf(flags), ...wordsOf(raw).slice(1)];
    const description = await describeConfig({ file: args.file, overrides });
    this.log(describeConfigTable(description));
    return description;
  }
}
