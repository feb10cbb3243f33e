/** The files that go with the log of a run. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEntryOf } from '../protocol/logging.js';
import { report } from '../report/report.js';
import { jobFolderAt } from '../store/folder.js';

/**
 * Writes the report of a run, and hands it and the result over.
 * @param use the files are there until it settles
 */
export async function withArtifacts<Result>(
  folder: string,
  use: (files: readonly LogEntryOf<'file'>[]) => Promise<Result>,
): Promise<Result> {
  const place = mkdtempSync(join(tmpdir(), 'rminas-log-'));
  try {
    const { file } = await report({ runs: [folder], out: join(place, 'report.html') });
    const { result } = jobFolderAt(folder);
    const paths = [file, ...(existsSync(result) ? [result] : [])];
    return await use(paths.map((path) => ({ type: 'file', path })));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
