import type { NasBench201Table } from '../../jobs/published-table/result.js';
import { nasBench201Table } from '../../jobs/published-table/tables.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { runsFlag } from '../../terminal/input/flags.js';
import { describePublishedTable } from '../../terminal/tables/published-table.js';

export default class TableNasBench201 extends BaseCommand {
  static override summary = "Print the paper's table of NAS-Bench-201, with the runs made here.";
  static override description =
    `Each row has the published accuracies, and the searches found below the folders of --runs: their seeds, size, images,
multiply-adds, seconds and accuracies in the benchmark. A row without a run says which command makes one.
Folders of \`rminas one-shot\` and \`rminas compare\` count.`;
  static override examples = [
    '<%= config.bin %> table nas-bench-201',
    '<%= config.bin %> table nas-bench-201 --runs exp --json',
  ];
  static override flags = { runs: runsFlag };

  override async run(): Promise<NasBench201Table> {
    const { flags } = await this.parse(TableNasBench201);
    const table = await nasBench201Table(flags.runs ?? []);
    this.log(describePublishedTable(table));
    return table;
  }
}
