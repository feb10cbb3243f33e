import { Command } from '@oclif/core';
import { EXIT, RminasError } from '../errors.js';
import { requireCurrentFolder } from '../system/folders.js';
import { describeError, namedFailure } from './error.js';
import { guardOutputs, keepResultIn } from './output.js';

/**
 * The base of every command. `--json` prints one document on stdout. An error sets its exit code and is printed on stderr,
 * or as the document of `--json`.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  protected override async init(): Promise<void> {
    guardOutputs();
    requireCurrentFolder();
    await super.init();
  }

  /** Prints the text of a result that is also kept in a file, and returns the result for --json. */
  protected printKept<Result extends { readonly files: { readonly result: string } }>(
    result: Result,
    text: string,
  ): Result {
    keepResultIn(result.files.result);
    this.log(text);
    return result;
  }

  protected override async catch(thrown: Error & { exitCode?: number }): Promise<unknown> {
    // oclif prints its own errors (e.g. an unknown flag) and handles --help.
    if ('oclif' in thrown && !this.jsonEnabled()) throw thrown;
    const error = namedFailure(thrown);
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
