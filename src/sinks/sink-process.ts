/** A Python process that writes entries to a tool. */
import { z } from 'zod';
import { MissingError, type RminasError } from '../errors.js';
import { mismatchStep, packageCommand } from '../installation/advice.js';
import type { LogEntry, SinkKind } from '../protocol/logging.js';
import { reportedFailure } from '../sidecar/failures.js';
import { Child } from '../sidecar/process/child.js';
import { describeExit } from '../sidecar/process/exit.js';
import { findPython } from '../sidecar/process/find-python.js';
import { pythonEnvironment } from '../sidecar/process/python-environment.js';
import { answerLine } from '../sidecar/process/run-python.js';
import { usefulLine } from '../sidecar/process/traceback.js';
import type { LogTarget } from './target.js';

/** The distributions that each tool needs. */
const PACKAGES: Readonly<Record<SinkKind, readonly string[]>> = {
  tensorboard: ['tensorboard'],
  mlflow: ['mlflow-skinny', 'sqlalchemy', 'alembic'],
  wandb: ['wandb'],
  optuna: ['optuna'],
};

const locationSchema = z.object({ location: z.string() });

export class SinkProcess {
  readonly #child: Child;
  readonly #target: LogTarget;
  readonly #python: string;

  /** @throws MissingError `python-missing` */
  static async start(target: LogTarget, python: string | undefined): Promise<SinkProcess> {
    const found = await findPython(python);
    const command = [found, '-m', 'rminas_sidecar.sinks', target.kind, target.destination];
    return new SinkProcess(await Child.start(command, pythonEnvironment(process.env)), target, found);
  }

  private constructor(child: Child, target: LogTarget, python: string) {
    this.#child = child;
    this.#target = target;
    this.#python = python;
  }

  /** Settles when the process has ended: undefined after its work, else the reason. Never rejects. */
  get ended(): Promise<RminasError | undefined> {
    return this.#child.exited.then((exit) => {
      if (exit.code === 0) return undefined;
      return this.#failure(describeExit(exit));
    });
  }

  /** Entries after the end of the process are dropped. */
  write(entries: readonly LogEntry[]): void {
    this.#child.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  /**
   * Ends the process after it has written everything, at most for `graceMs`.
   * @returns where the log is
   * @throws MissingError `missing-package`, `sink-failed`, and the errors that the tool reports
   */
  async finish(graceMs: number): Promise<string> {
    await this.#child.stop(graceMs);
    const failure = await this.ended;
    if (failure !== undefined) throw failure;
    try {
      return locationSchema.parse(JSON.parse(answerLine(this.#child.stdout))).location;
    } catch (cause) {
      throw new MissingError(`${this.#python} did not say where the log is.`, {
        code: 'sink-failed',
        nextSteps: [mismatchStep()],
        cause,
      });
    }
  }

  kill(): void {
    this.#child.kill();
  }

  #failure(exit: string): RminasError {
    const { stderr } = this.#child;
    const { kind, text } = this.#target;
    const reported = reportedFailure(stderr);
    if (reported?.code === 'missing-package') {
      const command = packageCommand(this.#python, PACKAGES[kind]);
      return new MissingError(`${text} needs a package: ${reported.message}`, {
        code: 'missing-package',
        nextSteps: [`Install it: ${command}`],
      });
    }
    if (reported !== undefined) return reported;
    return new MissingError(`Writing to ${text} ${exit}: ${usefulLine(stderr) ?? 'it printed nothing'}`, {
      code: 'sink-failed',
      nextSteps: ['Run `rminas doctor` to check the Python environment.'],
    });
  }
}
