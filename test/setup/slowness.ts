import { spawnSync } from 'node:child_process';

/** Starts a process and computes. The simple loop depends only on the processor. */
const UNIT_OF_WORK = 'let x = 0; for (let i = 0; i < 6e7; i += 1) x = (x * 31 + i) | 0;';
/** On two quiet cores of 2023. */
const QUIET_MS = 350;

/** Measures how slow the machine is. `test/support/limits.ts` and the Python tests scale their limits by it. */
export default function measureSlowness(): void {
  const started = performance.now();
  spawnSync(process.execPath, ['--eval', UNIT_OF_WORK]);
  process.env.RMINAS_TEST_SLOWNESS ??= String(Math.max(1, (performance.now() - started) / QUIET_MS));
}
