import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One folder for the temporary files of all tests and their processes. It is removed at the end. */
export default function gatherTemporaryFiles(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'rminas-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, maxRetries: 3 });
}
