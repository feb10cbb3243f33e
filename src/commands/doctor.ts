import { type Check, type Diagnosis, diagnose } from '../doctor/index.js';
import { EXIT } from '../errors.js';
import { BaseCommand } from '../terminal/base-command.js';
import { optionalConfigFlag, overrideArgs, placeFlags, pluginFlag } from '../terminal/input/flags.js';
import { wordsOf } from '../terminal/input/overrides.js';
import { describeCheck, describeVerdict } from '../terminal/tables/doctor.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Check the environment and suggest fixes.';
  static override description =
    `Prints one line for each check as soon as it is done: ok, missing or wrong. The checks cover Python, packages, devices, data, teachers,
indexes, memory and disk. With --cfg the data set of that configuration is examined too: every image of your own is decoded.
Exit code ${EXIT.missing} if the default search, the quickstart, cannot run. Optional parts do not affect the exit code.`;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --python ~/miniconda3/envs/rminas/bin/python --data ./data',
    '<%= config.bin %> doctor --cfg quickstart',
    '<%= config.bin %> doctor --json',
  ];
  static override strict = false;
  static override args = overrideArgs;
  static override flags = { cfg: optionalConfigFlag, ...placeFlags, plugin: pluginFlag };

  override async run(): Promise<Diagnosis> {
    const { flags, raw } = await this.parse(Doctor);
    const { cfg, python, data, plugin: plugins } = flags;
    const onCheck = (check: Check) => this.log(describeCheck(check));
    const diagnosis = await diagnose({ cfg, overrides: wordsOf(raw), python, data, plugins, onCheck });
    this.log(describeVerdict(diagnosis));
    if (!diagnosis.ready) process.exitCode = EXIT.missing;
    return diagnosis;
  }
}
