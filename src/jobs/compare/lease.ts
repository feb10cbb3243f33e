/** The leases by which several processes share the searches of one comparison. */
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../errors.js';
import { ensureJobFolder } from '../../store/folder.js';
import { type FolderLock, lockFolder } from '../../store/lock.js';
import type { PlannedRun } from './plan.js';

/**
 * Takes a search for this process. The lease of a dead process is taken over like the lock of a folder.
 * @returns null while another process has the search
 */
export function leaseSearch({ folder }: Pick<PlannedRun, 'folder'>): FolderLock | null {
  const comparison = dirname(dirname(folder));
  try {
    return lockFolder(ensureJobFolder(join(comparison, 'leases', basename(folder))));
  } catch (error) {
    if (isHeldElsewhere(error)) return null;
    throw error;
  }
}

/** Whether an error says that another process works in the folder of a search. */
export function isHeldElsewhere(error: unknown): boolean {
  return error instanceof UsageError && (error.code === 'run-in-use' || error.code === 'run-taken-over');
}
