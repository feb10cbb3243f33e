import { existsSync, readFileSync } from 'node:fs';
import type { SearchResult } from '../../src/jobs/search/result.js';

interface Line {
  readonly entry: { readonly type: string; readonly genotype?: string; readonly outcome?: unknown };
}

/** The whole lines of a journal that may be growing or not exist yet. */
export function linesOf(journal: string): Line[] {
  if (!existsSync(journal)) return [];
  const text = readFileSync(journal, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

export const evaluatedIn = (journal: string) =>
  linesOf(journal).flatMap(({ entry }) => (entry.type === 'evaluated' ? [entry] : []));

/** The scores of a journal, in the order of their architectures, and what was proposed and answered. */
export function scoresIn(journal: string): unknown {
  const scores = evaluatedIn(journal).map((entry) =>
    JSON.stringify(entry, (key, value) => (key === 'seconds' ? 0 : value)),
  );
  const course = linesOf(journal).filter(({ entry }) => entry.type === 'proposed' || entry.type === 'finished');
  return { scores: scores.sort(), course: course.map(({ entry }) => entry) };
}

/** The parts of a result that interruptions must not change: all but times, paths and sessions. */
export function essence(stdout: string): unknown {
  const withoutTimes = (key: string, value: unknown) => (key === 'seconds' ? 0 : value);
  const { cost, files: _files, ...rest } = JSON.parse(stdout, withoutTimes) as SearchResult;
  const { architectures, evaluations, reused, failures, steps } = cost;
  return { ...rest, architectures, evaluations, reused, failures, steps };
}

/** Waits for a condition, or for the end of the process that could fulfil it. */
export async function waitUntil(condition: () => boolean, ended: Promise<unknown>): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  void ended.then(end, end);
  while (!condition() && !over) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Processes that a process started, by /proc. A fork of the tests' fork server stands for the process that asked for it. */
export function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  try {
    return readFileSync(list, 'utf8').trim().split(' ').filter(Boolean).map(Number).map(programOf);
  } catch {
    return [];
  }
}

/** The fork that runs the program of a process, see python/tests/fork_server; otherwise the process itself. */
function programOf(pid: number): number {
  try {
    const [, fork] = /^for (\d+)$/m.exec(readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? [];
    return Number(fork ?? pid);
  } catch {
    return pid;
  }
}

/** Whether a process has been stopped by SIGSTOP, or has ended. */
export function isStopped(pid: number | undefined): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');
  } catch {
    return true;
  }
}
