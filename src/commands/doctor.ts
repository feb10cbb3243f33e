import { type Diagnosis, diagnose } from '../doctor/index.js';
import { EXIT } from '../errors.js';
import { BaseCommand } from '../terminal/base-command.js';
import { describeDiagnosis } from '../terminal/doctor.js';
import { dataFlag, pythonFlag } from '../terminal/flags.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Look into what a search would use, and say what to do.';
  static override description =
    `One line each: ok, missing or wrong, for Python, packages, devices, data, teachers, indexes, memory and disk.
Ends with exit code ${EXIT.missing} when the default search, the quickstart, could not run.
What is optional never does that.`;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --python ~/miniconda3/envs/rminas/bin/python --data ./data',
    '<%= config.bin %> doctor --json',
  ];
  static override flags = { python: pythonFlag, data: dataFlag };

  override async run(): Promise<Diagnosis> {
    const { flags } = await this.parse(Doctor);
    const diagnosis = await diagnose({ python: flags.python, data: flags.data });
    this.log(describeDiagnosis(diagnosis));
    if (!diagnosis.ready) process.exitCode = EXIT.missing;
    return diagnosis;
  }
}
