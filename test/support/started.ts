import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Remembers a child process, which is killed when its test file ends or its worker exits. */
export function remember<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Kills the children that still run, for example those of a test that timed out. */
export function killStarted(): void {
  for (const child of running) child.kill('SIGKILL');
}

process.once('exit', killStarted);
