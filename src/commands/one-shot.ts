import { Flags } from '@oclif/core';
import { oneShot } from '../jobs/one-shot/one-shot.js';
import type { OneShotResult } from '../jobs/one-shot/result.js';
import { METHOD_NAMES } from '../supernets/index.js';
import { BaseCommand } from '../terminal/base-command.js';
import {
  asPath,
  keyFlags,
  nodeFlags,
  optionalConfigFlag,
  overrideArgs,
  placeFlags,
  pluginFlag,
} from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { rejectConfiguration } from '../terminal/input/resume.js';
import { createOneShotReporter } from '../terminal/progress/one-shot.js';
import { runJob } from '../terminal/progress/reporter.js';
import { describeOneShot } from '../terminal/tables/one-shot.js';

const { space, seed, device, threads, out, 'val-share': valShare } = keyFlags;

export default class OneShot extends BaseCommand {
  static override summary = 'Search with a supernet by a published one-shot method.';
  static override description =
    `Trains one network that contains all architectures of the space, and reads the architecture.

The defaults are those that the method's paper published for the space; a configuration and KEY VALUE pairs override them.
XNAS's configurations of these methods load. Every epoch writes a checkpoint, and --resume continues exactly from there.`;
  static override examples = [
    '<%= config.bin %> one-shot --method gdas --cfg quickstart OPTIM.MAX_EPOCH 3',
    '<%= config.bin %> one-shot --method darts-2 --space nas-bench-201 --data ./data',
    '<%= config.bin %> one-shot --method pc-darts --space darts --data ./data --json',
    '<%= config.bin %> one-shot --resume exp/one-shot-gdas-nas-bench-201-cifar10',
  ];
  static override strict = false;
  static override args = overrideArgs;
  static override flags = {
    method: Flags.string({ description: `${METHOD_NAMES.join(', ')} (ONESHOT.METHOD)`, helpValue: 'NAME' }),
    cfg: optionalConfigFlag,
    resume: Flags.string({
      description: 'continue the interrupted search in this folder',
      helpValue: 'DIR',
      ...asPath,
    }),
    plugin: pluginFlag,
    ...placeFlags,
    ...{ space, seed, 'val-share': valShare, device, threads, out },
    ...nodeFlags,
  };

  override async run(): Promise<OneShotResult> {
    const { flags, raw } = await this.parse(OneShot);
    const overrides = [...overridesOf(flags), ...wordsOf(raw)];
    const { method, cfg, resume, plugin: plugins, data } = flags;
    if (resume !== undefined) rejectConfiguration({ '--method': method, '--cfg': cfg, '--plugin': plugins }, overrides);
    const options = resume === undefined ? { method, cfg, plugins, overrides, data } : { resume, data };
    const result = await runJob(
      (signal) => oneShot({ ...options, python: flags.python, signal }),
      createOneShotReporter(process.stderr),
    );
    return this.printKept(result, describeOneShot(result));
  }
}
