import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All tests share one folder for compiled kernels, so that each kernel is compiled once. */
export default function shareKernels(): void {
  process.env.RMINAS_TEST_KERNELS = mkdtempSync(join(tmpdir(), 'rminas-test-kernels-'));
}
