/** Logs runs to tools that track experiments. */
import { z } from 'zod';
import { interrupted } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { JOB_OPTIONS, type JobOptions } from '../jobs/job.js';
import { checkArgument, checkOptions, filledText, type OptionShape } from '../options.js';
import type { LogEntry } from '../protocol/logging.js';
import { withArtifacts } from './artifacts.js';
import { openLog } from './entries/read.js';
import type { RunLog } from './run-log.js';
import { SinkProcess } from './sink-process.js';
import { type LogTarget, parseTarget } from './target.js';

export interface LogRunOptions extends JobOptions {
  /** `tensorboard:DIR`, `mlflow:URI`, `wandb` or `wandb:PROJECT`. */
  readonly to: string;
}

const LOG_OPTIONS: OptionShape<LogRunOptions> = { ...JOB_OPTIONS, to: filledText };

/** Where a run was logged. */
export const loggedRunSchema = z.strictObject({
  to: z.string(),
  /** A folder, or an address and the tool's id of the run. */
  location: z.string(),
  /** Evaluations or epochs in the log. */
  steps: z.int().min(0),
});
export type LoggedRun = z.infer<typeof loggedRunSchema>;

/** A server may take its time. */
const GRACE_MS = 600_000;

/**
 * Logs a run: scalars, settings, the answer, and its report. The run may be at work. A run that is logged again is not
 * written twice.
 *
 * @example
 * const { location } = await logRun('exp/quickstart/nas-bench-201-digits-seed1', { to: 'tensorboard:logs' });
 * @param folder of a search, a ranking, a comparison, a retraining or a one-shot search
 * @throws MissingError `missing-package` without the packages of the tool; UsageError `unknown-sink`; the errors of the tool
 */
export async function logRun(folder: string, options: LogRunOptions): Promise<LoggedRun> {
  const path = checkArgument('logRun()', 'folder', pathOption, folder);
  const { to, python, signal } = checkOptions('logRun()', LOG_OPTIONS, options);
  const target = parseTarget(to);
  const log = await openLog(path)();
  const location = await withArtifacts(path, (files) =>
    writeAll(target, [...entriesOf(log), ...files, { type: 'end', state: log.state }], { python, signal }),
  );
  return { to, location, steps: log.scalars.length };
}

function entriesOf({ run, scalars, answer }: RunLog): LogEntry[] {
  return [run, ...scalars, ...(answer === null ? [] : [answer])];
}

/**
 * Writes a whole log.
 * @param options `doing` is the subject of the error of an interruption
 * @returns where it is
 * @throws InterruptedError after an abort; the errors of SinkProcess
 */
export async function writeAll(
  target: LogTarget,
  entries: readonly LogEntry[],
  { python, signal, doing = 'The logging' }: JobOptions & { readonly doing?: string },
): Promise<string> {
  const sink = await SinkProcess.start(target, python);
  const stop = () => sink.kill();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    sink.write(entries);
    return await sink.finish(GRACE_MS);
  } catch (error) {
    throw signal?.aborted ? interrupted(`${doing} was interrupted.`, ['Give the same command again.']) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
