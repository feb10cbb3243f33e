import { Args } from '@oclif/core';
import { type AssetVerification, verifyAssets } from '../../assets/index.js';
import { EXIT } from '../../errors.js';
import { loadWith } from '../../plugins/loader.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { assetFlags, assetPluginFlag } from '../../terminal/input/flags.js';
import { overridesOf } from '../../terminal/input/overrides.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { assetProgress } from '../../terminal/progress/assets.js';
import { describeVerification } from '../../terminal/tables/assets.js';

export default class AssetsVerify extends BaseCommand {
  static override summary = 'Compare data sets, teachers and benchmark files with the published ones.';
  static override description =
    `Compares sizes and checksums, if they are known. A file without a published checksum is found, not verified.

Exit code ${EXIT.missing} if an asset is wrong, or if a selected asset is missing.
A part of a data set counts as wrong, although a search accepts it.`;
  static override examples = [
    '<%= config.bin %> assets verify',
    '<%= config.bin %> assets verify cifar10 resnet20 --data ./data',
    '<%= config.bin %> assets verify --cfg nas-bench-201-cifar10 --json',
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'names of assets (default: all that exist)' }) };
  static override flags = { ...assetFlags, plugin: assetPluginFlag };

  override async run(): Promise<AssetVerification> {
    const { flags, argv } = await this.parse(AssetsVerify);
    const { cfg, data } = flags;
    const selection = {
      names: argv as string[],
      cfg,
      data,
      overrides: overridesOf(flags),
      load: loadWith(flags.plugin),
    };
    const progress = assetProgress(process.stderr);
    const verification = await withInterrupt((signal) =>
      verifyAssets({ ...selection, signal, onProgress: progress.show }),
    ).finally(progress.clear);
    this.log(describeVerification(verification));
    if (!verification.whole) process.exitCode = EXIT.missing;
    return verification;
  }
}
