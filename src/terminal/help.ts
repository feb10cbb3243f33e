import type { Command } from '@oclif/core';
import { type CommandHelp, Help } from '@oclif/core/help';

/** oclif's help, with paragraphs of descriptions wrapped at the width of the terminal, not where the source breaks lines. */
export default class TerminalHelp extends Help {
  protected override getCommandHelpClass(command: Command.Loadable): CommandHelp {
    const { description } = command;
    return super.getCommandHelpClass(
      description === undefined ? command : { ...command, description: joined(description) },
    );
  }
}

/** Joins the lines of each paragraph. Empty lines and lines of a list stay. */
const joined = (text: string): string => text.replace(/(?<=[^\n])\n(?=[^\n-])/g, ' ');
