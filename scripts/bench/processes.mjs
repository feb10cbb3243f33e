import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process and its descendants. */
export function familyOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

/** Peak resident memory of a process, in MiB. */
export function peakOf(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const TICKS_A_SECOND = 100;

/** Processor seconds of a process so far, over all of its threads. */
export function processorSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Binds a process and its threads to the nth core that this process may use. */
export function pinTo(nth, pid) {
  const [, list] = /Cpus_allowed_list:\s+(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  const cores = list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cores[nth]), String(pid)]);
}
