/**
 * Outputs that fail. A closed or full stderr never ends a run. A lost result on stdout is an error with the path of its
 * file. A terminal without a size gets the usual one.
 */
import { writeSync } from 'node:fs';
import { EXIT } from '../errors.js';
import { describeFailure } from './error.js';

/** The file that holds the result, if the command wrote one. */
let resultFile: string | undefined;

/** Names the file that is printed if the output on stdout is lost. */
export function keepResultIn(file: string | undefined): void {
  resultFile = file;
}

let guarded = false;

/** A terminal that a program made, such as `script` or `docker exec --tty`, often has no size: one letter a line. */
const USUAL = { columns: 80, rows: 24 };

/** Handles write errors on both streams from now on, and gives terminals without a size the usual one. */
export function guardOutputs(): void {
  if (guarded) return;
  guarded = true;
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.isTTY && !stream.columns) Object.assign(stream, USUAL);
  }
  // Progress is dropped when the terminal, the pipe or the disk behind stderr is gone.
  process.stderr.on('error', () => {});
  // oclif's own listener throws an error that nothing catches.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', onLostOutput);
}

/** A reader such as `head` closes stdout when it has read enough; that is an error only if the command kept a result. */
function onLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' && resultFile === undefined) return;
  if (process.exitCode === EXIT.missing) return;
  process.exitCode = EXIT.missing;
  const nextSteps =
    resultFile === undefined ? ['Free some space, or write to another place.'] : [`It is in ${resultFile}`];
  const message = `The result could not be written to stdout: ${error.code ?? error.message}.`;
  process.stderr.write(`${describeFailure({ message, nextSteps })}\n`);
}

/** Writes a line to stderr just before an exit. Listr holds back the writes to a stream on which it draws. */
export function writeBeforeExit(line: string): void {
  try {
    writeSync(process.stderr.fd, `${line}\n`);
  } catch {
    // The terminal, the pipe or the disk behind stderr is gone.
  }
}
