import { Command, type Interfaces } from '@oclif/core';
import { EXIT, RminasError, UsageError } from '../errors.js';
import { requireCurrentFolder } from '../system/folders.js';
import { describeError, errorDocument, namedFailure } from './error.js';
import { emptyValue, usageErrorOf } from './input/usage-error.js';
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

  /** @throws UsageError `usage` also for an empty flag or argument; configuration keys have ranges of their own */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    const empty = emptyValue(parsed);
    if (empty !== undefined) throw new UsageError(empty, { code: 'usage', nextSteps: [`Run: ${this.helpLine}`] });
    return parsed;
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

  protected override async catch(thrown: Error & { exitCode?: number; code?: string }): Promise<unknown> {
    // By this error, oclif ends a command that showed its help.
    if (thrown.code === 'EEXIT') throw thrown;
    const error = 'oclif' in thrown ? this.usageError(thrown) : namedFailure(thrown);
    process.exitCode = error instanceof RminasError ? error.exitCode : EXIT.bug;
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(error));
    else process.stderr.write(`${describeError(error)}\n`);
    return undefined;
  }

  protected override toErrorJson(error: Error): unknown {
    return errorDocument(error);
  }

  private usageError(thrown: Error): UsageError {
    // With NODE_ENV=development, oclif would also warn that the arguments were not parsed.
    this.parsed = true;
    const known = Object.keys(this.config.findCommand(this.ctor.id)?.flags ?? {});
    return usageErrorOf(thrown, known, this.helpLine);
  }

  /** The command line that shows the command's help. */
  private get helpLine(): string {
    return `${this.config.bin} ${this.ctor.id.replaceAll(':', ' ')} --help`;
  }
}
