import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { remember } from './started.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin/run.js');

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A command that runs the program, for example in a namespace. */
  readonly within?: readonly string[];
  /** Whether the program leads a process group of its own, which a test can signal. */
  readonly leadsGroup?: boolean;
}

/** A fresh temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rminas-test-'));
}

/** A new data home that contains only the compiled kernels of the sidecar. */
export function temporaryHome(): string {
  const home = temporaryFolder();
  const { RMINAS_TEST_KERNELS: kernels } = process.env;
  if (kernels) symlinkSync(kernels, join(home, 'kernels'));
  return home;
}

/** Starts the compiled program with its own data home, so that no test sees the index of another. */
export function startCli(args: readonly string[], options: CliOptions = {}): StartedCli {
  const env = { ...process.env, NO_COLOR: '1', RMINAS_HOME: temporaryHome(), ...options.env };
  const [file = '', ...rest] = [...(options.within ?? []), process.execPath, BIN, ...args];
  const { cwd = ROOT, leadsGroup = false } = options;
  const child = remember(spawn(file, rest, { env, cwd, detached: leadsGroup, stdio: ['ignore', 'pipe', 'pipe'] }));
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs the compiled program to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}
