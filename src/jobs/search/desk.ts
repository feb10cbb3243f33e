import { basename, dirname } from 'node:path';
import { dumpConfig } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import type { ReadySidecar, WorkingSidecar } from '../../evaluators/working-sidecar.js';
import { createRunFolder, keepRunFolder, type RunFolder, writeRunFile } from '../../store/folder.js';
import { removeUnbegun } from '../../store/journal-file.js';
import { makeUnderLock } from '../../store/lock.js';
import { VERSION } from '../../version.js';
import type { RunEvent } from './events.js';
import { type JournalEntry, type JournalLine, JournalWriter } from './journal.js';
import { createLog } from './log.js';
import type { ResolvedRun } from './open-run.js';

/** Where a run is written down. */
export interface Desk {
  readonly folder: RunFolder;
  readonly lines: JournalLine[];
  readonly write: (entry: JournalEntry) => void;
  readonly emit: (event: RunEvent) => void;
  readonly close: () => void;
}

/**
 * Makes or reopens the run's folder and journal. A new folder is locked until the desk is closed; whoever goes on with
 * an old one has locked it before reading its journal.
 * @param early events from before there was a log
 */
export function openDesk(
  run: ResolvedRun,
  working: ReadySidecar | WorkingSidecar,
  tell: (event: RunEvent) => void,
  early: RunEvent[],
): Desk {
  const { earlier } = run;
  if (earlier) checkSameBatch(earlier.journal.lines, batchOf(working));
  const folder = earlier?.folder ?? makeFolder(run);
  const set = () => setDesk(folder, run, working, tell, early);
  return earlier ? set() : makeUnderLock(folder, set);
}

function setDesk(
  folder: RunFolder,
  run: ResolvedRun,
  working: ReadySidecar | WorkingSidecar,
  tell: (event: RunEvent) => void,
  early: RunEvent[],
): Desk {
  const { earlier } = run;
  if (!earlier) removeUnbegun(folder.journal);
  if (!earlier) writeRunFile(folder.config, dumpConfig(run.config.settings));
  const journal = new JournalWriter<JournalEntry>(folder.journal, earlier?.journal.wholeBytes ?? 0);
  const lines = [...(earlier?.journal.lines ?? [])];
  const write: Desk['write'] = (entry) => void lines.push(journal.append(entry));
  const log = createLog(folder.log);
  const emit: Desk['emit'] = (event) => {
    log(event);
    tell(event);
  };
  if (!earlier) write(headerOf(run));
  const { versions, device } = working.sidecar.hello;
  write({ type: 'session', pid: process.pid, versions, device, batch: batchOf(working) });
  for (const event of early) log(event);
  const recorded = lines.filter(({ entry }) => entry.type === 'evaluated').length;
  emit({ type: 'run-opened', folder: folder.path, recorded });
  return { folder, lines, write, emit, close: () => journal.close() };
}

function makeFolder({ folder, plan }: ResolvedRun): RunFolder {
  return folder === null
    ? createRunFolder(plan.outDir, nameOf(plan))
    : keepRunFolder(dirname(folder), basename(folder));
}

function nameOf({ specification: { space, dataset, seed } }: ResolvedRun['plan']): string {
  return `${space}-${dataset}-seed${seed}`;
}

function headerOf({ digest, workers, data, verify }: ResolvedRun): JournalEntry {
  return { type: 'run', version: 1, rminas: VERSION, specification: digest, workers, data, verify };
}

/** Digest of the batch; null where there is none. */
function batchOf(working: ReadySidecar | WorkingSidecar): string | null {
  return 'prepared' in working ? working.prepared.batch.digest : null;
}

/** Scores on another batch cannot be mixed with those in the journal. */
function checkSameBatch(lines: readonly JournalLine[], batch: string | null): void {
  for (const { entry } of lines) {
    if (entry.type !== 'session' || entry.batch === batch) continue;
    throw new UsageError(
      'The batch is not the one that this run began with: its images, teacher or libraries changed.',
      {
        code: 'changed-batch',
        nextSteps: ['Give the data that the run began with (--data), in the same environment, or start a new run.'],
      },
    );
  }
}
