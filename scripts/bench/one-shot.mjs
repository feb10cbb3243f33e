// Measures a step of each one-shot method beside plain PyTorch, and a forward pass beside XNAS's. Arguments go to the program.
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../dist/sidecar/process/find-python.js';

const program = fileURLToPath(new URL('one_shot_steps.py', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../python', import.meta.url));
const QUICK = ['--cells', '1', '--channels', '8'];

export async function run(args) {
  const own = args.includes('--quick') ? [...QUICK, ...args.filter((arg) => arg !== '--quick')] : args;
  console.log(`One-shot steps, one thread; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
  const { status } = spawnSync(await findPython(), [program, ...own], {
    stdio: 'inherit',
    // As the sidecar starts its workers.
    env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...process.env, OMP_NUM_THREADS: '1', PYTHONPATH: PACKAGES },
  });
  process.exitCode = status ?? 1;
}
