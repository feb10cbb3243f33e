import { Args, Flags } from '@oclif/core';
import { explain } from '../explain/explain.js';
import type { Explanation } from '../explain/explanation.js';
import { isPath } from '../explain/subject.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath, keyFlags, optionalConfigFlag, runFlags } from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { splitGenotypes } from '../terminal/input/words.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { describeExplanation } from '../terminal/tables/explanation.js';

/** --out is the page here. A score does not depend on the strategy of a search. */
const { out: _out, strategy: _strategy, ...scoreFlags } = keyFlags;

export default class Explain extends BaseCommand {
  static override summary = 'Take the score of an architecture apart.';
  static override description =
    `Shows the parts of the loss, CKA with the teacher in each stage and the cross entropy, the loss and CKA by step, the place
among other architectures, the proxies of the objective, and the accuracy in the benchmark.
After the folder of a search, it explains the answer of the search, or another architecture of it, and trains nothing.
Without a folder, it trains the genotype with --cfg, by default the quickstart on the space of the genotype.
KEY VALUE pairs after the genotype override that configuration.`;
  static override examples = [
    '<%= config.bin %> explain exp/quickstart/nas-bench-201-digits-seed1 --out explanation.html',
    "<%= config.bin %> explain exp/quickstart/nas-bench-201-digits-seed1 '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|' --json",
    "<%= config.bin %> explain '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|' --against 10",
  ];
  static override strict = false;
  static override args = {
    architecture: Args.string({
      name: 'RUN|GENOTYPE',
      description: 'folder of a search, a genotype in quotes or a published name; then KEY VALUE pairs',
    }),
  };
  static override flags = {
    cfg: optionalConfigFlag,
    run: Flags.string({ description: 'search to compare the genotype with', helpValue: 'DIR', ...asPath }),
    against: Flags.integer({
      description: 'random architectures to train and compare with',
      helpValue: 'N',
      min: 0,
      max: 1000,
    }),
    out: Flags.string({ description: 'file for the explanation as a page', helpValue: 'FILE.html', ...asPath }),
    ...runFlags,
    ...scoreFlags,
  };

  override async run(): Promise<Explanation> {
    const { flags, raw } = await this.parse(Explain);
    const { out, ...others } = flags;
    const { cfg, against, data, python, plugin: plugins } = others;
    const words = wordsOf(raw);
    const folder = isPath(words[0] ?? '') ? words.shift() : undefined;
    const { genotypes, overrides } = words.length === 0 ? { genotypes: [], overrides: [] } : splitGenotypes(words);
    const options = {
      run: folder ?? flags.run,
      genotype: genotypes[0],
      train: folder === undefined,
      overrides: [...overridesOf(others), ...overrides],
      ...{ cfg, against, out, data, python, plugins },
      cache: !flags['no-cache'],
      onNotice: (text: string) => void process.stderr.write(`${text}\n`),
    };
    const explanation = await withInterrupt((signal) => explain({ ...options, signal }));
    this.log(describeExplanation(explanation));
    return explanation;
  }
}
