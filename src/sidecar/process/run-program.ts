/** Runs a program such as pip. Its child processes end with it. */
import { execa } from 'execa';
import { withTimeout } from '../../system/with-timeout.js';
import type { Exit } from './exit.js';
import { RingBuffer } from './ring-buffer.js';

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Stops the program and its children when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the lines of the standard output and the standard error as they are written. */
  readonly onLine?: (line: string) => void;
}

export interface ProgramOutput {
  readonly exit: Exit;
  /** The last 256 KiB of the standard output and the standard error, in the order in which they came. */
  readonly output: string;
  /** Why the program could not be started, e.g. `ENOENT`; null when it was. */
  readonly unrunnable: string | null;
}

const OUTPUT_BYTES = 256 * 1024;
/** How long each signal has before the next, harsher one, in ms. */
const PATIENCE_MS = 3_000;
/** How long the pipes may stay open after the exit, in ms. */
const PIPES_MS = 200;
const POLL_MS = 20;
const POSIX = process.platform !== 'win32';

/** Runs `file` to its end, in its own process group. Never rejects: an aborted program has the signal's exit. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramOutput> {
  const subprocess = execa(file, args, {
    env: options.environment ?? {},
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: 'ignore',
    buffer: false,
    reject: false,
    cleanup: false,
    // The leader of a group: a signal then reaches the children too, and Ctrl-C reaches this process alone.
    detached: POSIX,
    windowsHide: true,
  });
  const { pid, stdout, stderr } = subprocess;
  if (pid === undefined) {
    const { code } = await subprocess;
    return { exit: { code: null, signal: null }, output: '', unrunnable: code ?? 'unknown' };
  }
  const output = new RingBuffer(OUTPUT_BYTES);
  const closed = Promise.all([stdout, stderr].map((stream) => read(stream, output, options.onLine ?? (() => {}))));
  const exited = new Promise<Exit>((resolve) => {
    subprocess.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const send = (signal: NodeJS.Signals) => void signalGroup(pid, signal);
  const kill = () => send('SIGKILL');
  const stop = () => void escalate(send, exited);
  process.on('exit', kill);
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  try {
    const exit = await exited;
    // Children that outlive an aborted program would continue to install.
    if (options.signal?.aborted) {
      kill();
      await groupEnded(pid);
    }
    await withTimeout(closed, PIPES_MS);
    return { exit, output: output.toString(), unrunnable: null };
  } finally {
    for (const stream of [stdout, stderr]) stream.destroy();
    options.signal?.removeEventListener('abort', stop);
    process.off('exit', kill);
  }
}

async function escalate(send: (signal: NodeJS.Signals) => void, exited: Promise<Exit>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    send(signal);
    if ((await withTimeout(exited, PATIENCE_MS)) !== undefined) return;
  }
}

/** Returns false when the group has ended. Signal 0 only asks. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(POSIX ? -pid : pid, signal);
  } catch {
    return false;
  }
}

/** The kernel ends the members of a killed group one after the other. */
async function groupEnded(pid: number): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && signalGroup(pid, 0); waited += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function read(stream: NodeJS.ReadableStream, output: RingBuffer, onLine: (line: string) => void): Promise<void> {
  // A character may come in two chunks.
  const decoder = new TextDecoder();
  let rest = '';
  const tell = (text: string) => {
    if (text.trim() !== '') onLine(text.trim());
  };
  stream.on('data', (chunk: Buffer) => {
    output.append(chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    lines.forEach(tell);
  });
  stream.once('end', () => tell(rest + decoder.decode()));
  return new Promise((resolve) => {
    stream.once('close', () => resolve());
  });
}
