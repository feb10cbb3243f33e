import type { Hook, Interfaces } from '@oclif/core';
import { EXIT, UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { describeError, errorDocument } from './error.js';

/** Names the nearest command instead of an unknown one. */
const hook: Hook.CommandNotFound = async ({ id, argv = [], config }) => {
  reportUnknownCommand(id, config, argv.includes('--json'));
};
export default hook;

/** Prints that there is no command of this id, and sets the exit code. */
export function reportUnknownCommand(id: string, config: Interfaces.Config, json = false): void {
  const error = unknownCommand(id, config);
  if (json) process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  else process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = EXIT.usage;
}

function unknownCommand(id: string, config: Interfaces.Config): UsageError {
  const words = id.split(':');
  const named = config.commands.filter(({ hidden }) => !hidden);
  // oclif takes the words behind a command without arguments for a part of its name.
  const command = named.find((one) => id.startsWith(`${one.id}:`) && Object.keys(one.args).length === 0);
  if (command !== undefined) {
    const line = command.id.replaceAll(':', ' ');
    const [unexpected] = words.slice(line.split(' ').length);
    return new UsageError(`The command '${line}' takes no arguments, got '${unexpected}'.`, {
      code: 'usage',
      nextSteps: [`Run: ${config.bin} ${line} --help`],
    });
  }
  const name = words.slice(0, config.findTopic(words[0] ?? '') ? 2 : 1).join(' ');
  const known = named.map(({ id }) => id.replaceAll(':', ' '));
  return new UsageError(`There is no command '${name}'.${suggestion(name, known, "'")}`, {
    code: 'unknown-command',
    nextSteps: [`Run: ${config.bin} --help`],
  });
}
