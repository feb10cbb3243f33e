/** Turns facts about the machine into findings. Pure. */
import { reinstallStep } from '../installation/advice.js';
import { satisfies } from '../installation/versions.js';
import type { TransportFacts } from '../sidecar/transport/facts.js';
import { type Finding, ok, wrong } from './check.js';

const GIB = 1024 ** 3;
/** Node, the server and one worker with PyTorch use about 0.6 GiB in the default search. */
const MIN_MEMORY = 0.75 * GIB;
/** A run's folder takes a few MiB. A full disk ends the run. */
const MIN_DISK = 0.1 * GIB;

export interface DiskFacts {
  /** Folder for the files; it may not exist yet. */
  readonly folder: string;
  readonly freeBytes: number;
  readonly writable: boolean;
}

/** Bytes in GiB, with one digit. */
export function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

export function checkVersion(version: string, range: string, nextStep: string): Finding {
  return satisfies(version, range) ? ok(version) : wrong(`${version} is not ${range}`, nextStep);
}

export function checkMemory(freeBytes: number): Finding {
  if (freeBytes >= MIN_MEMORY) return ok(`${gib(freeBytes)} free`);
  return wrong(`${gib(freeBytes)} free, but a search needs ${gib(MIN_MEMORY)}`, 'Close other programs.');
}

export function checkDisk({ folder, freeBytes, writable }: DiskFacts, nextStep: string): Finding {
  if (!writable) return wrong(`${folder} is not writable`, nextStep);
  if (freeBytes >= MIN_DISK) return ok(`${gib(freeBytes)} free at ${folder}`);
  return wrong(`${gib(freeBytes)} free at ${folder}`, `Free some space. Or: ${nextStep}`);
}

export function checkTransport({ version, ipc, curve }: TransportFacts): Finding {
  if (ipc) return ok(`${version}, ipc`);
  if (curve) return ok(`${version}, loopback TCP with CURVE (no ipc)`);
  return wrong(`${version} has neither ipc nor CURVE`, reinstallStep());
}
