import type { Command } from '@oclif/core';
import { type CommandHelp, Help } from '@oclif/core/help';

/**
 * oclif's help. It names the nearest command of an unknown one, as the commands do. Paragraphs of descriptions are wrapped
 * at the width of the terminal, not where the source breaks lines.
 */
export default class TerminalHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv);
    } catch (thrown) {
      const [, id] = /^Command (\S+) not found\.$/.exec((thrown as Error).message) ?? [];
      if (id === undefined) throw thrown;
      const { reportUnknownCommand } = await import('./unknown-command.js');
      reportUnknownCommand(id, this.config, argv.includes('--json'));
    }
  }

  protected override getCommandHelpClass(command: Command.Loadable): CommandHelp {
    const { description } = command;
    return super.getCommandHelpClass(
      description === undefined ? command : { ...command, description: joined(description) },
    );
  }
}

/** Joins the lines of each paragraph. Empty lines and lines of a list stay. */
const joined = (text: string): string => text.replace(/(?<=[^\n])\n(?!\n|- )/g, ' ');
