import { Args, Flags } from '@oclif/core';
import { type FetchReport, fetchAssets } from '../../assets/index.js';
import { EXIT } from '../../errors.js';
import { assetProgress, describeFailures, describeFetch } from '../../terminal/assets.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { assetFlags, overridesOf } from '../../terminal/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';

export default class AssetsFetch extends BaseCommand {
  static override summary = 'Download data sets, teachers and benchmark files.';
  static override description =
    `Into --data, RMINAS_DATA or the user's data folder; what is whole anywhere is left there.

A download that broke off or was interrupted goes on where it ended. What comes is verified, archives are unpacked,
and only then it takes its place. Where no address is known, it tells how to get the file by hand.
Ends with exit code ${EXIT.missing} when something could not be fetched.`;
  static override examples = [
    '<%= config.bin %> assets fetch cifar10 resnet20',
    '<%= config.bin %> assets fetch --cfg rminas_nasbench201_cifar10.yaml --data ./data',
    '<%= config.bin %> assets fetch cifar100 --mirror https://example.org/data',
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'assets; see assets list' }) };
  static override flags = {
    ...assetFlags,
    mirror: Flags.string({ description: 'address of a folder that has the files', helpValue: 'URL' }),
  };

  override async run(): Promise<FetchReport> {
    const { flags, argv } = await this.parse(AssetsFetch);
    const { cfg, data, mirror } = flags;
    const selection = { names: argv as string[], cfg, data, overrides: overridesOf(flags) };
    const progress = assetProgress(process.stderr);
    const report = await withInterrupt((signal) =>
      fetchAssets({ ...selection, mirror, signal, onProgress: progress.show }),
    ).finally(progress.clear);
    if (report.assets.some(({ error }) => error === null)) this.log(describeFetch(report));
    if (!report.complete) {
      if (!this.jsonEnabled()) process.stderr.write(`${describeFailures(report)}\n`);
      process.exitCode = EXIT.missing;
    }
    return report;
  }
}
