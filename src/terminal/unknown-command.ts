import type { Hook } from '@oclif/core';
import { EXIT, UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { describeError } from './error.js';

/** Names the nearest command instead of an unknown one. */
const hook: Hook.CommandNotFound = async ({ id, config }) => {
  const words = id.split(':');
  const name = words.slice(0, config.findTopic(words[0] ?? '') ? 2 : 1).join(' ');
  const known = config.commands.filter(({ hidden }) => !hidden).map((command) => command.id.replaceAll(':', ' '));
  const error = new UsageError(`There is no command '${name}'.${suggestion(name, known, "'")}`, {
    code: 'unknown-command',
    nextSteps: [`Run: ${config.bin} --help`],
  });
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = EXIT.usage;
};
export default hook;
