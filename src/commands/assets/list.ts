import { Args } from '@oclif/core';
import { type AssetList as Answer, listAssets } from '../../assets/index.js';
import { describeAssets } from '../../terminal/assets.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { assetFlags, overridesOf } from '../../terminal/flags.js';

export default class AssetsList extends BaseCommand {
  static override summary = 'List data sets, teachers and benchmark files: what is there, and how to get the rest.';
  static override description =
    `Tells where each is looked for, its size, and where it is published. Files are not read: see assets verify.

Data folders are searched in this order: LOADER.DATAPATH, --data, RMINAS_DATA, ./data, and the user's own,
which is RMINAS_HOME/data or ~/.local/share/rminas/data.`;
  static override examples = [
    '<%= config.bin %> assets list',
    '<%= config.bin %> assets list --cfg rminas_nasbench201_cifar10.yaml --data ./data',
    '<%= config.bin %> assets list cifar10 resnet20 --json',
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'assets (default: all that are known)' }) };
  static override flags = assetFlags;

  override async run(): Promise<Answer> {
    const { flags, argv } = await this.parse(AssetsList);
    const { cfg, data } = flags;
    const list = await listAssets({ names: argv as string[], cfg, data, overrides: overridesOf(flags) });
    this.log(describeAssets(list));
    return list;
  }
}
