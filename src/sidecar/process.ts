/** The sidecar's process. Nothing else starts processes for it. */
import { execa } from 'execa';
import { MissingError } from '../errors.js';
import { Tail } from './ring-buffer.js';
import { within } from './with-timeout.js';

/** How a process ended: one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const TAIL_BYTES = 64 * 1024;
/** How long the pipes may outlive the process, in ms: its own children may hold them open. */
const PIPES_MS = 200;

function spawn(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const [file = '', ...args] = command;
  return execa(file, args, {
    env: environment,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // An orderly end needs messages, and a disorderly one needs SIGKILL: both are decided here, not by execa.
    cleanup: false,
    windowsHide: true,
  });
}
type Subprocess = ReturnType<typeof spawn>;

/** A running program: its last output is kept, and its end can be waited for and forced. */
export class Child {
  readonly pid: number;
  /** Answers when the process has ended and its output has been read. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly #subprocess: Subprocess;
  readonly #stdout = new Tail(TAIL_BYTES);
  readonly #stderr = new Tail(TAIL_BYTES);

  /**
   * Starts `command`, the program and its arguments, with `environment` over the present one. The program's standard
   * input is a pipe that stays open as long as this process lives and has not stopped it.
   * @throws MissingError `python-missing` when the program cannot be run.
   */
  static async start(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<Child> {
    const subprocess = spawn(command, environment);
    if (subprocess.pid !== undefined) return new Child(subprocess, subprocess.pid);
    const { code, originalMessage } = await subprocess;
    throw new MissingError(`${command[0]} cannot be run: ${code ?? originalMessage}.`, {
      code: 'python-missing',
      nextSteps: ['Run `npm run setup`, or name a Python that has the packages with --python or RMINAS_PYTHON.'],
    });
  }

  private constructor(subprocess: Subprocess, pid: number) {
    this.#subprocess = subprocess;
    this.pid = pid;
    subprocess.stdout.on('data', (chunk: Buffer) => this.#stdout.append(chunk));
    subprocess.stderr.on('data', (chunk: Buffer) => this.#stderr.append(chunk));
    // The program may end between our decision to close the pipe and the closing.
    subprocess.stdin.on('error', () => {});
    // A last resort for a parent that ends without having stopped its child.
    const atExit = () => this.kill();
    process.on('exit', atExit);
    this.exited = this.#watch().finally(() => process.off('exit', atExit));
  }

  /** The last 64 KiB of the standard error. */
  get stderr(): string {
    return this.#stderr.toString();
  }

  /** The last 64 KiB of the standard output. */
  get stdout(): string {
    return this.#stdout.toString();
  }

  /** Ends the process without asking. */
  kill(): void {
    this.#subprocess.kill('SIGKILL');
  }

  /**
   * Ends the process, however unwilling: closes its standard input, then SIGTERM, then SIGKILL, each after
   * `patienceMs` without an end.
   */
  async stop(patienceMs: number): Promise<Exit> {
    const requests = [() => this.#subprocess.stdin.end(), () => this.#subprocess.kill('SIGTERM')];
    for (const request of requests) {
      request();
      const exit = await within(this.exited, patienceMs);
      if (exit !== undefined) return exit;
    }
    this.kill();
    return this.exited;
  }

  async #watch(): Promise<Exit> {
    const { stdin, stdout, stderr } = this.#subprocess;
    const read = Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.once('close', resolve))));
    const exit = await new Promise<Exit>((resolve) => {
      this.#subprocess.once('exit', (code, signal) => resolve({ code, signal }));
    });
    await within(read, PIPES_MS);
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    return exit;
  }
}

/** In words, to follow "the sidecar". */
export function describeExit(exit: Exit): string {
  return exit.signal === null ? `ended with exit code ${exit.code}` : `was killed by ${exit.signal}`;
}

/** What a short Python program answered. */
export interface PythonAnswer {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  /** It was killed for taking too long. */
  readonly timedOut: boolean;
  /** Why the interpreter could not be run at all, e.g. `ENOENT`; null when it ran. */
  readonly unrunnable: string | null;
}

/** No answer is longer: a program that is no Python may never stop talking. */
const ANSWER_CHARACTERS = 1_000_000;

/** Asks `python` one question, such as `['-c', 'import torch']`, and kills it after `timeoutMs`. Never rejects. */
export async function runPython(
  python: string,
  args: readonly string[],
  options: { timeoutMs: number },
): Promise<PythonAnswer> {
  const subprocess = execa(python, args, {
    stdin: 'ignore',
    reject: false,
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: ANSWER_CHARACTERS,
    windowsHide: true,
  });
  const ran = subprocess.pid !== undefined;
  const result = await subprocess;
  return {
    exit: { code: result.exitCode ?? null, signal: result.signal ?? null },
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    unrunnable: ran ? null : (result.code ?? 'unknown'),
  };
}
