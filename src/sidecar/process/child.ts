/** A child process with bounded output, an awaited exit and an escalating stop. */
import { execa } from 'execa';
import { MissingError } from '../../errors.js';
import { setupStep } from '../../installation/advice.js';
import { withTimeout } from '../../system/with-timeout.js';
import type { Exit } from './exit.js';
import { RingBuffer } from './ring-buffer.js';

const OUTPUT_BYTES = 64 * 1024;
/** How long the pipes may stay open after the exit, in ms: grandchildren may hold them. */
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
    // This class decides between an orderly stop and SIGKILL, not execa.
    cleanup: false,
    windowsHide: true,
  });
}
type Subprocess = ReturnType<typeof spawn>;

export class Child {
  readonly pid: number;
  /** Resolves when the process has ended and its output has been read. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Called with each piece of the standard output. */
  onOutput: (text: string) => void = () => {};
  readonly #subprocess: Subprocess;
  readonly #stdout = new RingBuffer(OUTPUT_BYTES);
  readonly #stderr = new RingBuffer(OUTPUT_BYTES);

  /**
   * Starts `command` (the program and its arguments) with `environment` added to that of this process. Its standard
   * input is a pipe that stays open until `stop`, or until this process ends.
   * @throws MissingError `python-missing` when the program cannot be started.
   */
  static async start(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<Child> {
    const subprocess = spawn(command, environment);
    if (subprocess.pid !== undefined) return new Child(subprocess, subprocess.pid);
    const { code, originalMessage } = await subprocess;
    throw new MissingError(`Cannot run ${command[0]}: ${code ?? originalMessage}.`, {
      code: 'python-missing',
      nextSteps: [setupStep()],
    });
  }

  private constructor(subprocess: Subprocess, pid: number) {
    this.#subprocess = subprocess;
    this.pid = pid;
    subprocess.stdout.on('data', (chunk: Buffer) => {
      this.#stdout.append(chunk);
      this.onOutput(chunk.toString('utf8'));
    });
    subprocess.stderr.on('data', (chunk: Buffer) => this.#stderr.append(chunk));
    // The program may end just before its standard input is closed.
    subprocess.stdin.on('error', () => {});
    // The last resort when this process exits without stopping its child.
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

  /** Writes to the standard input. Bytes that an ended process did not read are dropped. */
  write(text: string): void {
    if (this.#subprocess.stdin.writable) this.#subprocess.stdin.write(text);
  }

  /** Sends SIGKILL. */
  kill(): void {
    this.#subprocess.kill('SIGKILL');
  }

  /** Closes the standard input, then sends SIGTERM, then SIGKILL; waits `graceMs` for the exit before each next step. */
  async stop(graceMs: number): Promise<Exit> {
    const steps = [() => this.#subprocess.stdin.end(), () => this.#subprocess.kill('SIGTERM')];
    for (const step of steps) {
      step();
      const exit = await withTimeout(this.exited, graceMs);
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
    await withTimeout(read, PIPES_MS);
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    return exit;
  }
}
