import { Flags } from '@oclif/core';
import type { SearchResult } from '../jobs/search/result.js';
import { search } from '../jobs/search/search.js';
import { searchThen } from '../pipeline/pipeline.js';
import type { PipelineResult } from '../pipeline/result.js';
import { followUpOf } from '../pipeline/steps.js';
import { PIPELINE_LOG, SEARCH_LOG } from '../sinks/events.js';
import { startLogged } from '../sinks/follow.js';
import { BaseCommand } from '../terminal/base-command.js';
import * as input from '../terminal/input/flags.js';
import { followUpFlags, parseFollowUp } from '../terminal/input/follow-up.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { rejectConfiguration, requireConfiguration } from '../terminal/input/resume.js';
import { createPipelineReporter } from '../terminal/progress/pipeline.js';
import { runJob } from '../terminal/progress/reporter.js';
import { createSearchReporter } from '../terminal/progress/search.js';
import { describePipeline } from '../terminal/tables/pipeline.js';
import { describeResult } from '../terminal/tables/search.js';

export default class Search extends BaseCommand {
  static override summary = 'Search for an architecture.';
  static override description =
    `Trains candidates on one batch and ranks them by representation mutual information (RMI) with a teacher. A random forest
proposes the next candidates, and the best ones vote for the result.

KEY VALUE pairs after the flags override the configuration, as in XNAS. Ctrl-C interrupts the search, and --resume continues
it.`;
  static override examples = [
    '<%= config.bin %> search --cfg quickstart --verify 2',
    '<%= config.bin %> search --cfg nas-bench-201-cifar10 --data ./data RMINAS.RF_WARMUP 24 RMINAS.RF_SUCC 6',
    '<%= config.bin %> search --cfg nas-bench-201-cifar10 --data ./data --profile corrected --workers 2 --json > result.json',
    '<%= config.bin %> search --cfg quickstart --max-params 40k --max-flops 300k --pareto flops',
    '<%= config.bin %> search --cfg quickstart --space examples/resnet-space.yaml RMINAS.OBJECTIVE rmi',
    "<%= config.bin %> search --cfg quickstart --then retrain,export --retrain-with 'OPTIM.MAX_EPOCH 1' RMINAS.RF_WARMUP 20",
    '<%= config.bin %> search --cfg nas-bench-201-cifar10 --data ./data --log tensorboard:logs',
    '<%= config.bin %> search --resume exp/rminas/nas-bench-201-cifar10-seed1',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    cfg: input.optionalConfigFlag,
    resume: Flags.string({ description: 'continue the search in this folder', helpValue: 'DIR', ...input.asPath }),
    ...input.runFlags,
    'allow-mixed': input.mixedFlag,
    log: input.logFlag,
    ...input.verifyFlags,
    ...followUpFlags,
    ...input.limitFlags,
    ...input.keyFlags,
  };

  override async run(): Promise<SearchResult | PipelineResult> {
    const { flags, raw } = await this.parse(Search);
    const overrides = [...overridesOf(flags), ...wordsOf(raw)];
    const { cfg, resume, data, plugin: plugins, verify, 'verify-epochs': verifyEpochs } = flags;
    const followUp = parseFollowUp(flags.then, flags['retrain-with']);
    const configured = { '--cfg': cfg, '--plugin': plugins, '--verify': verify, '--then': flags.then };
    if (resume !== undefined) rejectConfiguration(configured, overrides);
    const options =
      resume !== undefined
        ? { resume, data }
        : { cfg: requireConfiguration(cfg), overrides, plugins, data, verify, verifyEpochs, followUp };
    const common = { python: flags.python, cache: !flags['no-cache'], allowMixed: flags['allow-mixed'] };
    const log = { to: flags.log ?? [], python: flags.python };
    if (followUp ?? (resume !== undefined && followUpOf(resume))) {
      const start = (signal: AbortSignal) => searchThen({ ...options, ...common, signal });
      const logged = startLogged(start, { ...log, events: PIPELINE_LOG });
      const done = await runJob(logged, createPipelineReporter(process.stderr));
      this.log(describePipeline(done));
      return done;
    }
    const start = (signal: AbortSignal) => search({ ...options, ...common, signal });
    const logged = startLogged(start, { ...log, events: SEARCH_LOG });
    const result = await runJob(logged, createSearchReporter(process.stderr));
    return this.printKept(result, describeResult(result));
  }
}
