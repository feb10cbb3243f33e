import { Args, Flags } from '@oclif/core';
import { type ShownArchitecture, showArchitecture } from '../explain/show.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath, keyFlags, pythonFlag } from '../terminal/input/flags.js';
import { describeShown } from '../terminal/tables/architecture.js';

export default class Show extends BaseCommand {
  static override summary = 'Draw an architecture, in the terminal and as SVG.';
  static override description =
    `Draws the cells of an architecture, or its blocks stage by stage. It takes a genotype of any space, a published name, which
\`rminas genotypes\` lists, or the folder of a search or a retraining.`;
  static override examples = [
    '<%= config.bin %> show DARTS_V2 --out darts.svg',
    "<%= config.bin %> show '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|'",
    '<%= config.bin %> show 01201201 --json',
  ];
  static override args = {
    architecture: Args.string({
      required: true,
      description: 'a genotype, a published name, or the folder of a search or a retraining',
    }),
  };
  static override flags = {
    space: keyFlags.space,
    out: Flags.string({ description: 'file for the picture, as SVG', helpValue: 'FILE.svg', ...asPath }),
    python: pythonFlag,
  };

  override async run(): Promise<ShownArchitecture> {
    const { args, flags } = await this.parse(Show);
    const { space, out, python } = flags;
    const shown = await showArchitecture({ architecture: args.architecture, space, out, python });
    this.log(describeShown(shown));
    return shown;
  }
}
