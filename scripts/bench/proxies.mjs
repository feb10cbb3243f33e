// Times proxies beside their published code.
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../dist/sidecar/process/find-python.js';

const PROGRAM = fileURLToPath(new URL('published_proxies.py', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../python', import.meta.url));

export async function run(args) {
  console.log(
    `Random architectures in the paper's size, one thread; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`,
  );
  const env = {
    ...process.env,
    OMP_NUM_THREADS: '1',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    PYTHONPATH: PACKAGES,
  };
  const { status } = spawnSync(await findPython(), [PROGRAM, ...args], { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}
