import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One folder for the temporary files of all tests and of what they start, and nothing of it is left behind. */
export default function gatherTemporaryFiles(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'rminas-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, maxRetries: 3 });
}
