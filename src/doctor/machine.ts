import { constants, existsSync } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { loadConfig } from '../config/index.js';
import { reinstallStep } from '../installation/advice.js';
import { dataHome, PACKAGE_ROOT } from '../installation/places.js';
import { type Finding, ok, type Question, wrong } from './check.js';
import { checkDisk, checkMemory, checkTransport, checkVersion, type DiskFacts } from './verdicts.js';

/** Checks that need no Python. */
export const machineQuestions: readonly Question[] = [
  { name: 'node', required: true, ask: nodeVersion },
  { name: 'zeromq', required: true, ask: transport },
  { name: 'cpu', required: true, ask: () => ok(`${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}`) },
  { name: 'memory', required: true, ask: () => checkMemory(freeMemory()) },
  { name: 'disk for runs', required: true, ask: runDisk },
  { name: 'disk for data', required: false, ask: dataDisk },
];

async function nodeVersion(): Promise<Finding> {
  const { engines } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  return checkVersion(process.versions.node, engines.node, 'Install a newer Node.js.');
}

/** Loads the native library lazily, so that a failure affects this check alone. */
async function transport(): Promise<Finding> {
  try {
    const { transportFacts } = await import('../sidecar/transport/facts.js');
    return checkTransport(transportFacts);
  } catch (error) {
    return wrong(`cannot be loaded: ${(error as Error).message.split('\n')[0]}`, reinstallStep());
  }
}

/** Bytes available to this process, within the limit of its control group if Node knows it. */
function freeMemory(): number {
  const processWithLimits: { availableMemory?: () => number } = process;
  return processWithLimits.availableMemory?.() ?? freemem();
}

async function runDisk(): Promise<Finding> {
  const { values } = await loadConfig();
  return checkDisk(await diskAt(resolve(values.OUT_DIR)), 'Name another folder with --out or OUT_DIR.');
}

async function dataDisk(): Promise<Finding> {
  return checkDisk(await diskAt(dataHome()), 'Name another folder with RMINAS_HOME.');
}

/** Facts about the disk of a folder. The folder may not exist yet; its nearest existing parent is used. */
async function diskAt(folder: string): Promise<DiskFacts> {
  let present = folder;
  while (!existsSync(present) && dirname(present) !== present) present = dirname(present);
  const { bavail, bsize } = await statfs(present);
  return { folder, freeBytes: bavail * bsize, writable: await canWrite(present) };
}

async function canWrite(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return (await stat(folder)).isDirectory();
  } catch {
    return false;
  }
}
