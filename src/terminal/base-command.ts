import { Command } from '@oclif/core';
import { EXIT, RminasError } from '../errors.js';
import { describeError } from './error.js';

/**
 * What every command shares: `--json` prints one document on stdout, and an error ends in its exit code, as text on
 * stderr or as that document.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  protected override async catch(error: Error & { exitCode?: number }): Promise<unknown> {
    // What oclif raises itself (an unknown flag, --help) it also prints and ends best.
    if ('oclif' in error && !this.jsonEnabled()) throw error;
    const usage = 'oclif' in error;
    process.exitCode = error instanceof RminasError ? error.exitCode : usage ? EXIT.usage : EXIT.bug;
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(error));
    else process.stderr.write(`${describeError(error)}\n`);
    return undefined;
  }

  protected override toErrorJson(error: Error): unknown {
    const known = error instanceof RminasError;
    return {
      error: {
        type: error.name,
        code: known ? error.code : 'oclif' in error ? 'usage' : 'bug',
        message: error.message,
        nextSteps: known ? error.nextSteps : [],
      },
    };
  }
}
