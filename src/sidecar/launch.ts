/** Starts the Python process of a sidecar. */
import { availableParallelism } from 'node:os';
import { Connection, type ConnectionOptions } from './connection.js';
import { Child } from './process/child.js';
import { pythonEnvironment } from './process/python-environment.js';
import { bindTransport, type TransportKind } from './transport/zeromq.js';

export interface RayOptions {
  /** `auto`, `local`, `ray://HOST:PORT` or `HOST:PORT`. */
  readonly address: string;
  /** What a worker takes, `NAME=NUMBER,…`; empty for the sidecar's default. */
  readonly resources: string;
  /** Whether nodes may have public addresses. */
  readonly allowPublic: boolean;
}

export interface LaunchOptions {
  /** Path of the Python interpreter. */
  readonly python: string;
  /** Number of worker processes; 0 for a sidecar that trains nothing. */
  readonly workers: number;
  /** Threads of each worker, 1 by default. 0 divides the cores among the workers. */
  readonly threads?: number;
  /** Files and folders that the sidecar may open, with their contents; none by default. */
  readonly paths?: readonly string[];
  /** Python files and modules that register spaces, data sets, teachers and proxies; none by default. */
  readonly plugins?: readonly string[];
  /** How long a starting sidecar and its workers may show no sign of life, in s; 120 by default. */
  readonly startDeadline?: number;
  /** How long a worker may make no progress before it is killed, in s; 120 by default. Each training step is progress. */
  readonly workerDeadline?: number;
  /** E.g. `cpu`, `cuda:0` or `auto`. */
  readonly device?: string;
  /** Architectures that a worker of this machine trains at a time, where they can be stacked; 1 by default. */
  readonly stack?: number;
  /** The Ray cluster that workers run on; absent for this machine. */
  readonly cluster?: RayOptions | undefined;
  readonly transport?: TransportKind;
  /** Another program to start instead of the sidecar's, with the same arguments. */
  readonly command?: readonly string[];
}

/**
 * Binds a socket and starts a program that connects to it. No process and no socket remains after an error.
 * @throws MissingError when the socket cannot be bound or the program cannot be started.
 */
export async function launch(options: LaunchOptions, connection: ConnectionOptions): Promise<Connection> {
  const transport = await bindTransport(options.transport ?? 'ipc');
  try {
    const environment = { ...transport.environment, ...pythonEnvironment(process.env) };
    const child = await Child.start(commandLine(options, transport.address), environment);
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
    stack,
    startDeadline,
    workerDeadline,
    cluster,
    paths = [],
    plugins = [],
    command = [python, '-m', 'rminas_sidecar'],
  } = options;
  return [
    ...command,
    ...['--address', address, '--workers', String(workers)],
    ...(threads === undefined ? [] : ['--threads', String(threads || coresEach(workers))]),
    ...(device === undefined ? [] : ['--device', device]),
    ...(stack === undefined ? [] : ['--stack', String(stack)]),
    ...(startDeadline === undefined ? [] : ['--start-deadline', String(startDeadline)]),
    ...(workerDeadline === undefined ? [] : ['--worker-deadline', String(workerDeadline)]),
    ...(cluster === undefined ? [] : clusterArguments(cluster)),
    ...paths.flatMap((path) => ['--allow', path]),
    ...plugins.flatMap((plugin) => ['--plugin', plugin]),
  ];
}

function clusterArguments({ address, resources, allowPublic }: RayOptions): string[] {
  return [
    ...['--engine', 'ray', '--ray-address', address],
    ...(resources === '' ? [] : ['--worker-resources', resources]),
    ...(allowPublic ? ['--allow-public'] : []),
  ];
}

function coresEach(workers: number): number {
  return Math.max(1, Math.floor(availableParallelism() / Math.max(1, workers)));
}
