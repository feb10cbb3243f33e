import { Args, Flags } from '@oclif/core';
import { type FetchReport, fetchAssets } from '../../assets/index.js';
import { EXIT } from '../../errors.js';
import { loadWith } from '../../plugins/loader.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { assetFlags, assetPluginFlag } from '../../terminal/input/flags.js';
import { overridesOf } from '../../terminal/input/overrides.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { assetProgress } from '../../terminal/progress/assets.js';
import { describeFailures, describeFetch } from '../../terminal/tables/assets.js';

export default class AssetsFetch extends BaseCommand {
  static override summary = 'Download data sets, teachers and benchmark files.';
  static override description =
    `Downloads into --data, RMINAS_DATA or the user's data folder. Assets that are complete in any data folder are kept.

An interrupted download continues where it stopped. Downloads are verified and unpacked before they take their place. For
an asset without a known address, the command explains how to get the file by hand.
Exit code ${EXIT.missing} if an asset could not be fetched.`;
  static override examples = [
    '<%= config.bin %> assets fetch cifar10 resnet20',
    '<%= config.bin %> assets fetch --cfg nas-bench-201-cifar10 --data ./data',
    '<%= config.bin %> assets fetch cifar100 --mirror https://example.org/data',
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'names of assets; `assets list` shows them' }) };
  static override flags = {
    ...assetFlags,
    plugin: assetPluginFlag,
    mirror: Flags.string({ description: 'address of a folder with the files', helpValue: 'URL' }),
  };

  override async run(): Promise<FetchReport> {
    const { flags, argv } = await this.parse(AssetsFetch);
    const { cfg, data, mirror } = flags;
    const selection = {
      names: argv as string[],
      cfg,
      data,
      overrides: overridesOf(flags),
      load: loadWith(flags.plugin),
    };
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
