/** How the Python side is started. */
import { availableParallelism } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection, type ConnectionOptions } from './connection.js';
import { Child } from './process.js';
import type { Transport } from './transport.js';
import { bindTransport, type TransportKind } from './transport-zeromq.js';

export interface LaunchOptions {
  /** The interpreter. */
  readonly python: string;
  /** Worker processes; 0 for a sidecar that trains nothing. */
  readonly workers: number;
  /** Threads of each worker, 1 by default; 0 shares the cores among the workers. */
  readonly threads?: number;
  /** Files and folders that requests may name, with all that is in them; none by default. */
  readonly paths?: readonly string[];
  /** How long a worker may give no sign of life, such as a training step, before it is killed, in s; 120 by default. */
  readonly workerDeadline?: number;
  /** `cpu`, `cuda:0`, `auto`. */
  readonly device?: string;
  readonly transport?: TransportKind;
  /** Another program in place of the sidecar's, which gets the same arguments. */
  readonly command?: readonly string[];
}

/** The folder that holds the Python package, of a checkout as of an installation. */
const PYTHON_FOLDER = fileURLToPath(new URL('../../python', import.meta.url));

/**
 * Binds a socket and starts a program that will dial it.
 * @throws MissingError when either is impossible; nothing is left behind then.
 */
export async function launch(options: LaunchOptions, connection: ConnectionOptions): Promise<Connection> {
  const transport = await bindTransport(options.transport ?? 'ipc');
  try {
    const child = await Child.start(commandLine(options, transport.address), environment(transport, process.env));
    return new Connection(transport, child, connection);
  } catch (error) {
    await transport.close();
    throw error;
  }
}

function commandLine(options: LaunchOptions, address: string): string[] {
  const {
    python,
    workers,
    threads,
    device,
    workerDeadline,
    paths = [],
    command = [python, '-m', 'rminas_sidecar'],
  } = options;
  return [
    ...command,
    ...['--address', address, '--workers', String(workers)],
    ...(threads === undefined ? [] : ['--threads', String(threads || coresEach(workers))]),
    ...(device === undefined ? [] : ['--device', device]),
    ...(workerDeadline === undefined ? [] : ['--worker-deadline', String(workerDeadline)]),
    ...paths.flatMap((path) => ['--allow', path]),
  ];
}

function coresEach(workers: number): number {
  return Math.max(1, Math.floor(availableParallelism() / Math.max(1, workers)));
}

function environment(transport: Transport, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const path = inherited.PYTHONPATH;
  return {
    ...transport.environment,
    PYTHONPATH: path === undefined || path === '' ? PYTHON_FOLDER : `${PYTHON_FOLDER}${delimiter}${path}`,
    // A file of the user's that is called like a module must not be taken for it.
    PYTHONSAFEPATH: '1',
    // A crash in native code leaves its traceback, too.
    PYTHONFAULTHANDLER: '1',
  };
}
