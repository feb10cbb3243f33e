import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what the sidecar compiles, so that it is compiled once, although tests have data homes of their own. */
export default function shareKernels(): void {
  process.env.RMINAS_TEST_KERNELS = mkdtempSync(join(tmpdir(), 'rminas-test-kernels-'));
}
