import { Args } from '@oclif/core';
import { BUILT_IN } from '../catalogue/built-in.js';
import { BaseCommand } from '../terminal/base-command.js';
import { bashScript, zshScript } from '../terminal/completion/bash.js';
import { fishScript } from '../terminal/completion/fish.js';
import { grammarOf } from '../terminal/completion/grammar.js';
import { tablesOf } from '../terminal/completion/tables.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SCRIPTS;

export default class Completion extends BaseCommand {
  static override enableJsonFlag = false;
  static override summary = 'Print a script by which a shell completes the words of rminas.';
  static override description =
    `The Tab key then completes commands, flags and their values, configuration keys and their values, and the names of files.
All words are in the script, so that no process starts. Write it again after an upgrade of rminas. Names of plugins may be
typed as before.`;
  static override examples = [
    '<%= config.bin %> completion bash > ~/.rminas-completion.bash',
    "echo 'source ~/.rminas-completion.bash' >> ~/.bashrc",
    '<%= config.bin %> completion zsh > ~/.rminas-completion.zsh',
    "echo 'source ~/.rminas-completion.zsh' >> ~/.zshrc",
    'mkdir -p ~/.config/fish/completions && <%= config.bin %> completion fish > ~/.config/fish/completions/rminas.fish',
  ];
  static override args = {
    shell: Args.string({ required: true, description: 'shell', options: Object.keys(SCRIPTS) }),
  };

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const tables = tablesOf(grammarOf(this.config.commands, BUILT_IN));
    this.log(SCRIPTS[args.shell as Shell](tables).trimEnd());
  }
}
