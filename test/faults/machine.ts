/** Reads processes and their memory from /proc (Linux only), for the fault tests and the soak. */
import { readdirSync, readFileSync } from 'node:fs';
import { childrenOf } from '../support/journals.js';

/** A process and all of its descendants. */
export function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

/** Resident memory of a process, shared pages included, in kilobytes. */
export function residentKilobytes(pid: number): number {
  return numberIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m);
}

/** Bytes of address space. */
export function addressSpace(pid: number): number {
  return 1024 * numberIn(`/proc/${pid}/status`, /^VmSize:\s+(\d+) kB$/m);
}

/** Files, sockets and pipes that a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function numberIn(file: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(readFileSync(file, 'utf8')) ?? [];
  if (digits === undefined) throw new Error(`${file} does not tell ${pattern}`);
  return Number(digits);
}
