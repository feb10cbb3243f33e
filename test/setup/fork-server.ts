import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'python/tests/fork_server');

/**
 * The packages, and the parts of rminas that a sidecar, its workers and a description import at their start; and the
 * packages of an export.
 */
const MODULES = [
  ...['torch', 'sklearn.ensemble', 'rminas_sidecar.server'],
  ...['torch._dynamo', 'onnxscript', 'networkx', 'rminas_sidecar.benchmarks.import_process'],
  ...['rminas_sidecar.evaluation.session', 'rminas_sidecar.plugins.catalogue', 'rminas_sidecar.plugins.loading'],
];
/** What a sidecar and its workers have at their start, so that forks are like them. */
const VARIABLES = {
  ...{ OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'PASSIVE', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? 'glibc.malloc.hugetlb=1',
  ...{ PYTHONPATH: [join(ROOT, 'python'), FOLDER].join(delimiter), PYTHONSAFEPATH: '1', PYTHONFAULTHANDLER: '1' },
};

/**
 * Starts a process that has imported PyTorch, of which the sidecars of many tests are forks (Linux). They would spend more
 * time on their imports than on the tests. `use-fork-server.ts` says which tests use it.
 * @param python its interpreter, which is that of the sidecars
 * @returns a function that ends it, and waits for its end
 */
export default async function startForkServer(python: string): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return async () => {};
  const socket = join(mkdtempSync(join(tmpdir(), 'rminas-fork-')), 's');
  // It ends when its standard input closes, also if this process is killed.
  const server = spawn(python, [join(FOLDER, 'server.py'), socket, ...MODULES], {
    env: { ...process.env, ...VARIABLES },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.race([once(server.stdout, 'data'), once(server, 'close')]);
  process.env.RMINAS_TEST_FORK_SERVER = socket;
  return async () => {
    server.stdin.end();
    // Until then it may make files, such as the folder of PyTorch's compiler.
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  };
}

/** Variables of a process whose Python processes use the server. */
export const FORKING = { PYTHONPATH: FOLDER };

/** Lets Python processes that this process starts use the server. A test that sets PYTHONPATH starts them as usual. */
export function useForkServer(): void {
  process.env.PYTHONPATH ??= FORKING.PYTHONPATH;
}
