import { Flags } from '@oclif/core';
import { CHOICE_FIGURES } from '../jobs/simulate/plan.js';
import type { SimulationResult } from '../jobs/simulate/result.js';
import { simulate } from '../jobs/simulate/simulate.js';
import { FORMS } from '../jobs/simulate/split.js';
import { BaseCommand } from '../terminal/base-command.js';
import * as input from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { measureFlag, splitFlags, splitOf, variantFlags } from '../terminal/input/simulation.js';
import { parseNames, parseVariant } from '../terminal/input/words.js';
import { runJob } from '../terminal/progress/reporter.js';
import { createSimulationReporter } from '../terminal/progress/simulation.js';
import { describeSimulation } from '../terminal/tables/simulation.js';

const { seed: _seed, out: _out, strategy: _strategy, ...keyFlags } = input.keyFlags;
export default class Simulate extends BaseCommand {
  static override summary = 'Replay searches from a table, without training anything.';
  static override description =
    `Runs the controller, the strategies and the answers of real searches with the measurements of rminas table build, and compares
the answers with the space's benchmark: mean, median, 5 % quantile and worst of all searches, and their cost. Architectures
that the table lacks are not proposed, or measured with --measure. Each variant is searched on every batch with every seed.

With --choose-on, the best variant on one part is named and all are reported on another. The two parts must not share
batches or seeds.`;
  static override examples = [
    '<%= config.bin %> simulate --table tables/digits --cfg quickstart --seeds 1-5 --answers vote,best RMINAS.RF_WARMUP 6',
    '<%= config.bin %> simulate --table tables/nas-bench-201 --cfg nas-bench-201-cifar10-aggregate --data ./data --strategies random,local-search --choose-on "batches=901 seeds=1-200" --report-on "batches=902,903 seeds=201-700"',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    cfg: input.configFlag,
    ...variantFlags,
    ...splitFlags,
    by: Flags.option({ options: CHOICE_FIGURES, description: 'figure to choose by; low is the 5 % quantile' })({
      default: 'low',
    }),
    forms: Flags.option({ options: FORMS, description: 'genotypes of a class to propose' })({ default: 'canonical' }),
    confidence: Flags.boolean({ description: 'compare the stated probability of answers with the observed one' }),
    measure: measureFlag,
    out: Flags.string({
      description: 'folder of the result (default: one in OUT_DIR)',
      helpValue: 'DIR',
      ...input.asPath,
    }),
    ...input.measuringFlags,
    ...input.clusterFlags,
    ...keyFlags,
    ...input.countedLimitFlags,
  };

  override async run(): Promise<SimulationResult> {
    const { flags, raw } = await this.parse(Simulate);
    const {
      cfg,
      table: tables,
      plugin: plugins,
      data,
      python,
      out,
      by: chooseBy,
      forms,
      confidence: confident,
      measure,
      'allow-mixed': allowMixed,
    } = flags;
    const options = {
      ...{ cfg, tables, plugins, data, python, out, chooseBy, forms, confident, measure, allowMixed },
      strategies: parseNames(flags.strategies),
      answers: parseNames(flags.answers),
      variants: flags.variant?.map(parseVariant),
      split: splitOf(flags),
      overrides: [...overridesOf({ ...flags, out: undefined }), ...wordsOf(raw)],
    };
    const start = (signal: AbortSignal) => simulate({ ...options, signal });
    const result = await runJob(start, createSimulationReporter(process.stderr));
    return this.printKept(result, describeSimulation(result));
  }
}
