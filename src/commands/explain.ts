import { Args } from '@oclif/core';
import { explain } from '../explain/explain.js';
import type { Explanation } from '../explain/explanation.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath, pythonFlag } from '../terminal/input/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { describeExplanation } from '../terminal/tables/explanation.js';

export default class Explain extends BaseCommand {
  static override summary = 'Take the score of an architecture of a search apart.';
  static override description =
    `Shows the parts of the loss, CKA with the teacher in each stage and the cross entropy, the loss by step, the place among the
architectures of the search, the proxies of its objective, and the accuracy in the benchmark. Nothing is trained.`;
  static override examples = [
    '<%= config.bin %> explain exp/quickstart/nas-bench-201-digits-seed1',
    "<%= config.bin %> explain exp/quickstart/nas-bench-201-digits-seed1 '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|' --json",
  ];
  static override args = {
    run: Args.string({ required: true, description: 'folder of a search', ...asPath }),
    genotype: Args.string({ description: 'an architecture of its space (default: the answer of the search)' }),
  };
  static override flags = { python: pythonFlag };

  override async run(): Promise<Explanation> {
    const { args, flags } = await this.parse(Explain);
    const explanation = await withInterrupt((signal) => explain({ ...args, python: flags.python, signal }));
    this.log(describeExplanation(explanation));
    return explanation;
  }
}
