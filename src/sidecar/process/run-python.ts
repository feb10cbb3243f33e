import { execa } from 'execa';
import type { Exit } from './exit.js';

/** The output and the exit of a short Python program. */
export interface PythonOutput {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was killed because it took too long. */
  readonly timedOut: boolean;
  /** Whether it was killed because it wrote too much. */
  readonly overflowed: boolean;
  /** Why the interpreter could not be started, e.g. `ENOENT`; null when it was. */
  readonly unrunnable: string | null;
}

/** The answer of a program of ours: its last line, because start-up code of the site may print before it. */
export function answerLine(stdout: string): string {
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

/** Bounds the output of a program that is not Python and may never stop writing. */
const MAX_OUTPUT_CHARACTERS = 1_000_000;

/**
 * Runs `python` with arguments such as `['-c', 'import torch']`. Kills it after `timeoutMs`, when it writes too much, and
 * when `signal` is aborted. Never rejects.
 */
export async function runPython(
  python: string,
  args: readonly string[],
  options: {
    timeoutMs: number;
    environment?: Readonly<Record<string, string>>;
    signal?: AbortSignal | undefined;
  },
): Promise<PythonOutput> {
  const subprocess = execa(python, args, {
    env: options.environment ?? {},
    stdin: 'ignore',
    reject: false,
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
    ...(options.signal && { cancelSignal: options.signal }),
    maxBuffer: MAX_OUTPUT_CHARACTERS,
    windowsHide: true,
  });
  const ran = subprocess.pid !== undefined;
  const result = await subprocess;
  return {
    exit: { code: result.exitCode ?? null, signal: result.signal ?? null },
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    overflowed: result.isMaxBuffer,
    unrunnable: ran ? null : (result.code ?? 'unknown'),
  };
}
