// The time of a step of the paper's plain loop.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { drawGenotypes } from '../draw.mjs';
import { PACKAGES } from '../python-program.mjs';
import { median } from '../statistics.mjs';

const PROGRAM = fileURLToPath(new URL('../evaluation/steps.py', import.meta.url));
const STEPS = 5;

/** Seconds of the processor for a step in the paper's size, as the mean over random architectures. */
export function timePlainLoop({ python, core, architectures }) {
  const genotypes = drawGenotypes('nas-bench-201', 1, architectures);
  const requests = genotypes.map((genotype) => ({ genotype, steps: STEPS }));
  const { stdout, status } = spawnSync('taskset', ['--cpu-list', core, python, PROGRAM, '--plain'], {
    input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONPATH: PACKAGES },
  });
  if (status !== 0) throw new Error('The plain loop has failed; its output is above.');
  const times = stdout
    .trim()
    .split('\n')
    .map((line) => median(JSON.parse(line).seconds));
  return times.reduce((sum, each) => sum + each, 0) / times.length;
}
