import { Errors, run } from '@oclif/core';
import { vi } from 'vitest';
import { type CliOptions, type CliResult, ROOT, temporaryHome } from './run-cli.js';

/** Runs that wait for their turn: each of them has the process's streams, folder and environment for itself. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line of the compiled program in this process, which spares the start of another one. It is for commands
 * that end by themselves; signals and the streams of a real process are tested with `runCli`.
 */
export function runInProcess(
  args: readonly string[],
  options: Pick<CliOptions, 'env' | 'cwd'> = {},
): Promise<CliResult> {
  const result = last.then(() => runAlone(args, options));
  last = result.catch(() => {});
  return result;
}

async function runAlone(
  args: readonly string[],
  { env, cwd = ROOT }: Pick<CliOptions, 'env' | 'cwd'>,
): Promise<CliResult> {
  const output = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof output) => (chunk: unknown) => {
    output[name] += String(chunk);
    return true;
  };
  const line =
    (name: keyof typeof output) =>
    (text = '') =>
      void keep(name)(`${text}\n`);
  const before = process.cwd();
  const restoreEnvironment = setEnvironment({ NO_COLOR: '1', RMINAS_HOME: temporaryHome(), ...env });
  let exit: number | undefined;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('stderr')),
    // vitest replaces the console, through which oclif prints.
    vi.spyOn(console, 'log').mockImplementation(line('stdout')),
    vi.spyOn(console, 'error').mockImplementation(line('stderr')),
    vi.spyOn(process, 'exit').mockImplementation(((code: number) => {
      exit ??= code;
    }) as never),
  ];
  try {
    process.chdir(cwd);
    await run([...args], ROOT).catch(Errors.handle);
    return { code: exit ?? Number(process.exitCode ?? 0), signal: null, ...output };
  } finally {
    process.exitCode = undefined;
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
    restoreEnvironment();
  }
}

/** Sets variables of this process, or removes those that are undefined. @returns a function that restores them */
function setEnvironment(changes: NodeJS.ProcessEnv): () => void {
  const previous = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  const set = (entries: Iterable<readonly [string, string | undefined]>) => {
    for (const [name, value] of entries) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(Object.entries(changes));
  return () => set(previous);
}
