import { Args, Flags } from '@oclif/core';
import { type ReportResult, report } from '../report/report.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath } from '../terminal/input/flags.js';
import { formatBytes } from '../terminal/units.js';

export default class Report extends BaseCommand {
  static override summary = 'Write a report of runs as one HTML file.';
  static override description =
    `The report explains a search: the answer as a picture, the course of the losses, the votes, the costs, and the commands that
reproduce it. Rankings, comparisons and retrainings have their tables and charts. The file works offline and makes no request.
A run that is at work can be reported too. Several runs are put side by side.`;
  static override examples = [
    '<%= config.bin %> report exp/quickstart/nas-bench-201-digits-seed1',
    '<%= config.bin %> report exp/quickstart/nas-bench-201-digits-seed1 --out report.html --charts charts',
  ];
  static override strict = false;
  static override args = {
    run: Args.string({ required: true, description: 'folder of a run; several may follow' }),
  };
  static override flags = {
    out: Flags.string({
      description: 'the file (default: report.html in the first folder)',
      helpValue: 'FILE',
      ...asPath,
    }),
    charts: Flags.string({ description: 'folder for the charts as SVG and CSV files', helpValue: 'DIR', ...asPath }),
  };

  override async run(): Promise<ReportResult> {
    const { flags, argv } = await this.parse(Report);
    const result = await report({ runs: argv.map(String), out: flags.out, charts: flags.charts });
    this.log(`${result.file} (${formatBytes(result.bytes)})`);
    for (const file of result.charts) this.log(file);
    return result;
  }
}
