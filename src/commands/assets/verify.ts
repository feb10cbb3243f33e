import { Args } from '@oclif/core';
import { type AssetVerification, verifyAssets } from '../../assets/index.js';
import { EXIT } from '../../errors.js';
import { assetProgress, describeVerification } from '../../terminal/assets.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { assetFlags, overridesOf } from '../../terminal/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';

export default class AssetsVerify extends BaseCommand {
  static override summary = 'Compare data sets, teachers and benchmark files with what was published.';
  static override description =
    `Sizes and checksums, as far as they are known. Without a checksum a file is found, not verified.

Ends with exit code ${EXIT.missing} when something is wrong, or missing and named here or by the configuration.
A part of a data set is wrong by this measure, though a search takes it.`;
  static override examples = [
    '<%= config.bin %> assets verify',
    '<%= config.bin %> assets verify cifar10 resnet20 --data ./data',
    '<%= config.bin %> assets verify --cfg rminas_nasbench201_cifar10.yaml --json',
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'assets (default: all that are there)' }) };
  static override flags = assetFlags;

  override async run(): Promise<AssetVerification> {
    const { flags, argv } = await this.parse(AssetsVerify);
    const { cfg, data } = flags;
    const selection = { names: argv as string[], cfg, data, overrides: overridesOf(flags) };
    const progress = assetProgress(process.stderr);
    const verification = await withInterrupt((signal) =>
      verifyAssets({ ...selection, signal, onProgress: progress.show }),
    ).finally(progress.clear);
    this.log(describeVerification(verification));
    if (!verification.whole) process.exitCode = EXIT.missing;
    return verification;
  }
}
