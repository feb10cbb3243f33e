import { EXIT } from '../errors.js';
import { plan } from '../jobs/plan/plan.js';
import type { PlanResult } from '../jobs/plan/result.js';
import { BaseCommand } from '../terminal/base-command.js';
import * as input from '../terminal/input/flags.js';
import { followUpFlags, parseFollowUp } from '../terminal/input/follow-up.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { createPlanReporter } from '../terminal/progress/plan.js';
import { runJob } from '../terminal/progress/reporter.js';
import { describePlan } from '../terminal/tables/plan.js';

export default class Plan extends BaseCommand {
  static override summary = 'Tell what a search would take, before it starts.';
  static override description =
    `Says in words what a configuration comes to, and estimates evaluations, time, memory and disk. It trains a few architectures
for some steps, in under half a minute, and simulates the rest of the search. If data, teacher or benchmark are missing, it says
how to get them and ends with exit code 3. Notes name the parts of the search that the estimate does not include. The summary of the search then tells how good the estimate was.`;
  static override examples = [
    '<%= config.bin %> plan --cfg quickstart',
    '<%= config.bin %> plan --cfg nas-bench-201-cifar10 --data ./data RMINAS.RF_WARMUP 24 RMINAS.RF_SUCC 6',
    '<%= config.bin %> plan --cfg nas-bench-201-cifar10 --data ./data --workers 2 --json',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    cfg: input.configFlag,
    ...input.runFlags,
    ...input.verifyFlags,
    ...followUpFlags,
    ...input.limitFlags,
    ...input.keyFlags,
  };

  override async run(): Promise<PlanResult> {
    const { flags, raw } = await this.parse(Plan);
    const { cfg, data, python, plugin: plugins, verify, 'verify-epochs': verifyEpochs } = flags;
    const followUp = parseFollowUp(flags.then, flags['retrain-with']);
    const after = { verify, verifyEpochs, followUp };
    const overrides = [...overridesOf(flags), ...wordsOf(raw)];
    const cache = !flags['no-cache'];
    const result = await runJob(
      (signal) => plan({ cfg, overrides, plugins, data, python, cache, ...after, signal }),
      createPlanReporter(process.stderr),
    );
    this.log(describePlan(result));
    if (result.missing.length > 0) process.exitCode = EXIT.missing;
    return result;
  }
}
