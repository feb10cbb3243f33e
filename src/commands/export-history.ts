import { Args, Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import { exportHistory, HISTORY_FORMATS, type HistoryFormat } from '../export/history.js';
import { userPath } from '../installation/paths.js';
import { exportStudy } from '../sinks/study.js';
import { writeNamedFile } from '../system/named-file.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath, pythonFlag } from '../terminal/input/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';

/** Where the history went: a file, or stdout with `--json` as a text. */
interface ExportedHistory {
  readonly format: HistoryFormat | 'optuna';
  readonly file: string | null;
  readonly text: string | null;
}

export default class ExportHistory extends BaseCommand {
  static override summary = 'Write the evaluations of a search as a table, as lines of JSON, or as a study of Optuna.';
  static override description =
    `A line for each evaluation, in the order in which they ended: genotype, turn, loss, CKA of each stage, cross entropy, proxies,
steps, seconds, and the reason of a failure. The search may still be running. Duplicates were not evaluated again.

A study of Optuna has a trial for each evaluation. Stopped ones are pruned. optuna-dashboard opens its file: an SQLite database, or a
journal if it ends in .log or .journal.`;
  static override examples = [
    '<%= config.bin %> export-history exp/quickstart/nas-bench-201-digits-seed1 > history.csv',
    '<%= config.bin %> export-history exp/quickstart/nas-bench-201-digits-seed1 --format jsonl --out history.jsonl',
    '<%= config.bin %> export-history exp/quickstart/nas-bench-201-digits-seed1 --format optuna:study.db',
  ];
  static override args = {
    run: Args.string({ required: true, description: 'folder of a search', ...asPath }),
  };
  static override flags = {
    format: Flags.string({ description: 'csv, jsonl or optuna:FILE', helpValue: 'FORMAT', default: 'csv' }),
    python: pythonFlag,
    out: Flags.string({ description: 'file to write (default: stdout)', helpValue: 'FILE', ...asPath }),
  };

  override async run(): Promise<ExportedHistory> {
    const { args, flags } = await this.parse(ExportHistory);
    const { format: name, out, python } = flags;
    if (name.startsWith('optuna:')) return this.#exportStudy(args.run, name.slice('optuna:'.length), { out, python });
    const format = HISTORY_FORMATS.find((known) => known === name);
    if (format === undefined) {
      throw new UsageError(`Expected the format csv, jsonl or optuna:FILE, got '${name}'.`, {
        code: 'unknown-format',
        nextSteps: ['Write --format csv, for example.'],
      });
    }
    const text = exportHistory(args.run, { format });
    if (out === undefined) {
      this.log(text.trimEnd());
      return { format, file: null, text };
    }
    writeNamedFile(out, text);
    this.log(`The history is in ${out}`);
    return { format, file: out, text: null };
  }

  async #exportStudy(
    run: string,
    file: string,
    { out, python }: { readonly out: string | undefined; readonly python: string | undefined },
  ): Promise<ExportedHistory> {
    if (out !== undefined || file === '') {
      throw new UsageError('A study of Optuna is a file that --format names.', {
        code: 'unknown-format',
        nextSteps: ['Write --format optuna:study.db, without --out.'],
      });
    }
    const path = userPath(file);
    const place = await withInterrupt((signal) => exportStudy(run, { file: path, python, signal }));
    this.log(`The history is in ${place}`);
    return { format: 'optuna', file: path, text: null };
  }
}
