import { Args } from '@oclif/core';
import { type AssetList as Answer, listAssets } from '../../assets/index.js';
import { loadWith } from '../../plugins/loader.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { assetFlags, assetPluginFlag } from '../../terminal/input/flags.js';
import { overridesOf } from '../../terminal/input/overrides.js';
import { describeAssets } from '../../terminal/tables/assets.js';

export default class AssetsList extends BaseCommand {
  static override summary = 'List data sets, teachers and benchmark files, and how to get missing ones.';
  static override description =
    `Prints the places, the size and the publisher of each asset. It does not read the files; \`assets verify\` does.

Data folders are searched in this order: LOADER.DATAPATH, --data, RMINAS_DATA, ./data, and the user's data folder:
RMINAS_HOME/data or ~/.local/share/rminas/data.`;
  static override examples = [
    '<%= config.bin %> assets list',
    '<%= config.bin %> assets list --cfg nas-bench-201-cifar10 --data ./data',
    '<%= config.bin %> assets list cifar10 resnet20 --json',
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'names of assets (default: all)' }) };
  static override flags = { ...assetFlags, plugin: assetPluginFlag };

  override async run(): Promise<Answer> {
    const { flags, argv } = await this.parse(AssetsList);
    const { cfg, data } = flags;
    const list = await listAssets({
      names: argv as string[],
      cfg,
      data,
      overrides: overridesOf(flags),
      load: loadWith(flags.plugin),
    });
    this.log(describeAssets(list));
    return list;
  }
}
