/** What Linux tells of running processes. On other systems nothing is known. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in ticks of this length, in seconds. */
const TICK = 0.01;
const KILOBYTE = 1024;
const NANOSECOND = 1e-9;

/** The use of a process since its start. */
export interface ProcessUse {
  readonly pid: number;
  /** The most bytes of memory that it had at once, shared memory included. */
  readonly peakBytes: number;
  /** Processor time, in seconds. */
  readonly cpuSeconds: number;
  /** Time that its threads waited for a processor that others used, in seconds; 0 if unknown. */
  readonly waitSeconds: number;
}

/** A process and its descendants, the process itself first. Empty where /proc does not tell. */
export function processTree(pid: number): ProcessUse[] {
  const use = useOf(pid);
  if (use === undefined) return [];
  const children = textOf(`/proc/${pid}/task/${pid}/children`) ?? '';
  return [
    use,
    ...children
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => processTree(Number(child))),
  ];
}

function useOf(pid: number): ProcessUse | undefined {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '');
  const stat = textOf(`/proc/${pid}/stat`);
  if (peak === null || stat === undefined) return undefined;
  // After the name, which may contain anything: the state, 10 fields, then user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { pid, peakBytes: Number(peak[1]) * KILOBYTE, cpuSeconds: ticks * TICK, waitSeconds: waitOf(pid) };
}

function waitOf(pid: number): number {
  const waits = threadsOf(pid).map((thread) => {
    // Time on a processor, time of waiting for one, and turns.
    const [, wait = '0'] = (textOf(`/proc/${pid}/task/${thread}/schedstat`) ?? '').split(' ');
    return Number(wait) * NANOSECOND;
  });
  return waits.reduce((sum, wait) => sum + wait, 0);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
