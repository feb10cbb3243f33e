import { Flags } from '@oclif/core';
import type { DartsTable } from '../../jobs/published-table/result.js';
import { retrainAll } from '../../jobs/published-table/retrain-all.js';
import { dartsTable } from '../../jobs/published-table/tables.js';
import { BaseCommand } from '../../terminal/base-command.js';
import * as input from '../../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../../terminal/input/overrides.js';
import { seedsFlag, splitSeeds } from '../../terminal/input/seeds.js';
import { runJob } from '../../terminal/progress/reporter.js';
import { createRetrainingReporter } from '../../terminal/progress/retraining.js';
import { describePublishedTable } from '../../terminal/tables/published-table.js';

const { device, workers, threads } = input.keyFlags;

export default class TableDarts extends BaseCommand {
  static override summary = "Print the paper's table of the DARTS space, with the retrainings and searches made here.";
  static override description =
    `Each row has the published errors, and the retraining and the searches found below the folders of --runs.
With --retrain DIR, every published genotype is retrained first, all by one recipe: that of \`rminas retrain\`, changed by
KEY VALUE pairs. Repeating the command continues an interrupted one.`;
  static override examples = [
    '<%= config.bin %> table darts',
    '<%= config.bin %> table darts --retrain exp/table-darts --data ./data --seeds 1 2 3',
    '<%= config.bin %> table darts --runs exp/table-darts --json',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    runs: input.runsFlag,
    retrain: Flags.string({ description: 'folder of the retrainings to make', helpValue: 'DIR', ...input.asPath }),
    seeds: seedsFlag,
    ...input.placeFlags,
    ...{ device, workers, threads },
  };

  override async run(): Promise<DartsTable> {
    const { flags, raw } = await this.parse(TableDarts);
    const { seeds, rest } = splitSeeds(flags.seeds ?? []);
    const overrides = [...overridesOf(flags), ...rest, ...wordsOf(raw)];
    const { retrain: out, python, data } = flags;
    if (out !== undefined) {
      const start = (signal: AbortSignal) => retrainAll({ out, overrides, seeds, python, data, signal });
      await runJob(start, createRetrainingReporter(process.stderr));
    }
    const table = await dartsTable([...(flags.runs ?? []), ...(out === undefined ? [] : [out])]);
    this.log(describePublishedTable(table));
    return table;
  }
}
