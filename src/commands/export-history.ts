import { Args, Flags } from '@oclif/core';
import { exportHistory, HISTORY_FORMATS, type HistoryFormat } from '../export/history.js';
import { writeNamedFile } from '../system/named-file.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath } from '../terminal/input/flags.js';

/** Where the history went: a file, or stdout with `--json` as a text. */
interface ExportedHistory {
  readonly format: HistoryFormat;
  readonly file: string | null;
  readonly text: string | null;
}

export default class ExportHistory extends BaseCommand {
  static override summary = 'Write the evaluations of a search as a table or as lines of JSON.';
  static override description =
    `A line for each evaluation, in the order in which they ended: genotype, turn, loss, CKA of each stage, cross entropy, proxies,
steps, seconds, and the reason of a failure. The search may still be running. Duplicates were not evaluated again.`;
  static override examples = [
    '<%= config.bin %> export-history exp/quickstart/nas-bench-201-digits-seed1 > history.csv',
    '<%= config.bin %> export-history exp/quickstart/nas-bench-201-digits-seed1 --format jsonl --out history.jsonl',
  ];
  static override args = {
    run: Args.string({ required: true, description: 'folder of a search', ...asPath }),
  };
  static override flags = {
    format: Flags.option({ description: 'csv or jsonl', options: HISTORY_FORMATS, default: 'csv' as const })(),
    out: Flags.string({ description: 'file to write (default: stdout)', helpValue: 'FILE', ...asPath }),
  };

  override async run(): Promise<ExportedHistory> {
    const { args, flags } = await this.parse(ExportHistory);
    const { format, out } = flags;
    const text = exportHistory(args.run, { format });
    if (out === undefined) {
      this.log(text.trimEnd());
      return { format, file: null, text };
    }
    writeNamedFile(out, text);
    this.log(`The history is in ${out}`);
    return { format, file: out, text: null };
  }
}
