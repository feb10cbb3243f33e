/** What is good enough: pure judgements of facts that others collect. */
import { reinstallStep } from '../installation/advice.js';
import { satisfies } from '../installation/versions.js';
import type { TransportFacts } from '../sidecar/transport/facts.js';
import { type Finding, ok, wrong } from './check.js';

const GIB = 1024 ** 3;
/** Node, the server and one worker with PyTorch take about 0.6 GiB on the default search. */
const LEAST_MEMORY = 0.75 * GIB;
/** A run's folder takes a few MiB; a full disk while journalling ends a run. */
const LEAST_DISK = 0.1 * GIB;

export interface DiskFacts {
  /** Folder that is, or would be, written to. */
  readonly folder: string;
  readonly freeBytes: number;
  readonly writable: boolean;
}

/** Bytes in GiB, with one digit. */
export function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

export function judgeVersion(version: string, range: string, nextStep: string): Finding {
  return satisfies(version, range) ? ok(version) : wrong(`${version} is not ${range}`, nextStep);
}

export function judgeMemory(freeBytes: number): Finding {
  if (freeBytes >= LEAST_MEMORY) return ok(`${gib(freeBytes)} free`);
  return wrong(`${gib(freeBytes)} free, and a search takes ${gib(LEAST_MEMORY)}`, 'End other programs.');
}

export function judgeDisk({ folder, freeBytes, writable }: DiskFacts, nextStep: string): Finding {
  if (!writable) return wrong(`${folder} cannot be written to`, nextStep);
  if (freeBytes >= LEAST_DISK) return ok(`${gib(freeBytes)} free at ${folder}`);
  return wrong(`${gib(freeBytes)} free at ${folder}`, `Free some space, or else: ${nextStep}`);
}

export function judgeTransport({ version, ipc, curve }: TransportFacts): Finding {
  if (ipc) return ok(`${version}, ipc`);
  if (curve) return ok(`${version}, no ipc: loopback TCP with CURVE is used`);
  return wrong(`${version} has neither ipc nor CURVE`, reinstallStep());
}
