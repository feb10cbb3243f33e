import { Flags } from '@oclif/core';
import { EXIT } from '../errors.js';
import { type SetupReport, setUp, TORCH_CHOICES } from '../setup/index.js';
import { BaseCommand } from '../terminal/base-command.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { setupProgress } from '../terminal/progress/setup.js';
import { describeSetup } from '../terminal/tables/setup.js';

export default class Setup extends BaseCommand {
  static override summary = 'Install the Python packages that a search needs.';
  static override description = `Makes a virtual environment below RMINAS_HOME, which all commands find by themselves.

An interpreter named with --python or RMINAS_PYTHON, an active virtual environment or an active conda environment is
used instead when it has all packages. Nothing is installed then.
The packages get the versions that this release was tested with. Run it again after an interruption: it continues.
Ends with exit code ${EXIT.missing} when Python is missing or too old, or pip fails.`;
  static override examples = [
    '<%= config.bin %> setup',
    '<%= config.bin %> setup --torch cpu',
    '<%= config.bin %> setup --python /usr/bin/python3.12',
  ];
  static override flags = {
    python: Flags.string({
      description: 'interpreter to use if it has the packages, else to make the environment from',
      helpValue: 'FILE',
    }),
    torch: Flags.option({
      description: 'build of PyTorch; auto takes CUDA when nvidia-smi lists a GPU',
      options: TORCH_CHOICES,
      default: 'auto' as const,
    })(),
    // For `npm run setup`, which compiles this command first.
    checkout: Flags.option({ options: ['with-tools', 'without-tools'] as const, hidden: true })(),
  };

  override async run(): Promise<SetupReport> {
    const { flags } = await this.parse(Setup);
    const progress = setupProgress(process.stderr);
    const report = await withInterrupt((signal) => setUp({ ...flags, signal, onProgress: progress.show })).finally(
      progress.clear,
    );
    this.log(describeSetup(report));
    return report;
  }
}
