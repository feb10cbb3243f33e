import { Args, Flags } from '@oclif/core';
import { type LoggedRun, logRun } from '../sinks/log.js';
import { TARGET_FORM } from '../sinks/target.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath, pythonFlag } from '../terminal/input/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';

export default class Log extends BaseCommand {
  static override summary = 'Log a run to TensorBoard, MLflow or Weights & Biases.';
  static override description =
    `Writes the numbers of each evaluation or epoch, the settings, the answer, and the report of the run. A run that is logged again is
not written twice. The run may be at work. Only the address that you name is contacted, and W&B works offline unless
WANDB_MODE says otherwise.`;
  static override examples = [
    '<%= config.bin %> log exp/quickstart/nas-bench-201-digits-seed1 --to tensorboard:logs',
    '<%= config.bin %> log exp/quickstart/nas-bench-201-digits-seed1 --to mlflow:sqlite:///mlflow.db --to wandb:cells',
  ];
  static override args = {
    run: Args.string({ required: true, description: 'folder of a run', ...asPath }),
  };
  static override flags = {
    to: Flags.string({
      description: 'where to; may be repeated',
      helpValue: TARGET_FORM,
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
    python: pythonFlag,
  };

  override async run(): Promise<LoggedRun[]> {
    const { args, flags } = await this.parse(Log);
    const logged: LoggedRun[] = [];
    await withInterrupt(async (signal) => {
      for (const to of flags.to) {
        const one = await logRun(args.run, { to, python: flags.python, signal });
        this.log(`${to}: ${one.steps} steps, in ${one.location}`);
        logged.push(one);
      }
    });
    return logged;
  }
}
