import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { BIN, ROOT, temporaryHome } from './run-cli.js';
import { remember } from './started.js';

const PROGRAM = join(ROOT, 'test/support/terminal.py');

export interface TerminalResult {
  readonly code: number | null;
  /** Everything that the terminal showed, control sequences included. */
  readonly shown: string;
}

/** A program on a pseudo-terminal. */
export interface TerminalSession {
  readonly ended: Promise<TerminalResult>;
  /** Resolves when the terminal has shown the pattern, and rejects if the program ends before. */
  shows(pattern: RegExp): Promise<void>;
  /** Types Ctrl-C. */
  interrupt(): void;
}

/** Starts rminas on a pseudo-terminal with its own data home. */
export function startOnTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): TerminalSession {
  return startProgramOnTerminal([process.execPath, BIN, ...args], env);
}

/** Starts a program on a pseudo-terminal. */
export function startProgramOnTerminal(command: readonly string[], env: NodeJS.ProcessEnv = {}): TerminalSession {
  const environment = { ...process.env, RMINAS_HOME: temporaryHome(), TERM: 'xterm', CI: undefined, ...env };
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  const child = remember(spawn('python3', [PROGRAM, ...command], { env: environment, stdio: [...stdio] }));
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const ended = new Promise<TerminalResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, shown }));
  });
  const shows = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(shown) && resolve();
      child.stdout.on('data', look);
      void ended.then(() => reject(new Error(`The program ended before it showed ${pattern}:\n${shown}`)));
      look();
    });
  return { ended, shows, interrupt: () => void child.stdin.write('\u0003') };
}
