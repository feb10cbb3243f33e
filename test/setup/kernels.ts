import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what the sidecar compiles, so that it is compiled once, although tests have data homes of their own. */
export default function shareKernels(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'rminas-test-kernels-'));
  process.env.RMINAS_TEST_KERNELS = folder;
  return () => rmSync(folder, { recursive: true });
}
