import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { temporaryFolder } from './run-cli.js';
import { remember } from './started.js';

/** A file system of 24 KiB that only the processes of one mount namespace see. */
export interface SmallDisk {
  readonly folder: string;
  /** The command that runs another one in the namespace. */
  readonly within: readonly string[];
  /** Runs a command in the namespace and answers its stdout. */
  run(...command: readonly string[]): string;
}

/**
 * Mounts a small disk. The disk ends with the shell that mounted it, which ends with this process.
 * @returns undefined where mounting is not allowed
 */
export async function smallDisk(): Promise<SmallDisk | undefined> {
  const folder = temporaryFolder();
  const script = 'mount -t tmpfs -o size=24k tmpfs "$0" && echo mounted && exec cat';
  const holder = remember(
    spawn('unshare', ['--mount', '--map-root-user', 'sh', '-c', script, folder], { stdio: ['pipe', 'pipe', 'ignore'] }),
  );
  const mounted = await Promise.race([
    once(holder.stdout, 'data').then(() => true),
    once(holder, 'exit').then(() => false),
    once(holder, 'error').then(() => false),
  ]);
  if (!mounted) return undefined;
  const within = ['nsenter', `--target=${holder.pid}`, '--user', '--mount', '--preserve-credentials', '--'];
  const run = (...command: readonly string[]) => {
    const [file = '', ...args] = [...within, ...command];
    return execFileSync(file, args, { encoding: 'utf8' });
  };
  return { folder, within, run };
}
