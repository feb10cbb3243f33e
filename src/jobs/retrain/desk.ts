import { join } from 'node:path';
import { dumpConfig } from '../../config/index.js';
import type { Hello } from '../../protocol/messages.js';
import type { Training } from '../../protocol/retraining.js';
import { createRunFolder, type RunFolder, writeRunFile } from '../../store/folder.js';
import { JournalWriter } from '../../store/journal-file.js';
import { makeUnderLock } from '../../store/lock.js';
import { VERSION } from '../../version.js';
import { appendToLog } from '../search/log.js';
import { createDescriber, type RetrainingEvent } from './events.js';
import { type Entry, headerOf, type RetrainingLine } from './journal.js';
import type { OpenRetraining } from './open.js';

/** Where a retraining is written down. */
export interface RetrainingDesk {
  readonly folder: RunFolder;
  readonly lines: RetrainingLine[];
  /** Trainings that an earlier session brought to their end, by seed. */
  readonly finished: ReadonlyMap<number, Training>;
  /** The checkpoint of a seed's training. */
  readonly checkpointOf: (seed: number) => string;
  readonly write: (entry: Entry) => void;
  readonly emit: (event: RetrainingEvent) => void;
  readonly close: () => void;
}

/**
 * Makes or reopens the folder and its journal. A new folder is locked until the desk is closed; whoever goes on with an
 * old one has locked it before reading its journal.
 * @param early events from before there was a log
 */
export function openDesk(
  open: OpenRetraining,
  hello: Hello,
  tell: (event: RetrainingEvent) => void,
  early: readonly RetrainingEvent[],
): RetrainingDesk {
  const { earlier, plan } = open;
  const { space, dataset } = plan.retraining;
  const folder = earlier?.folder ?? createRunFolder(plan.outDir, `retrain-${space}-${dataset}`);
  const set = () => setDesk(folder, open, hello, tell, early);
  return earlier ? set() : makeUnderLock(folder, set);
}

function setDesk(
  folder: RunFolder,
  open: OpenRetraining,
  hello: Hello,
  tell: (event: RetrainingEvent) => void,
  early: readonly RetrainingEvent[],
): RetrainingDesk {
  const { earlier, plan, digest, seeds, data } = open;
  if (!earlier) writeRunFile(folder.config, dumpConfig(plan.settings));
  const journal = new JournalWriter<Entry>(folder.journal, earlier?.journal.wholeBytes ?? 0);
  const lines = [...(earlier?.journal.lines ?? [])];
  const write = (entry: Entry) => void lines.push(journal.append(entry));
  const finished = new Map(
    lines.flatMap(({ entry }) => (entry.type === 'trained' ? [[entry.seed, entry.training] as const] : [])),
  );
  if (!earlier) write(headerOf({ rminas: VERSION, retraining: digest, seeds: [...seeds], data }));
  write({ type: 'session', pid: process.pid, versions: hello.versions, device: hello.device });
  const describe = createDescriber();
  const log = (event: RetrainingEvent) => {
    const text = describe(event);
    if (text !== null) appendToLog(folder.log, text);
  };
  for (const event of early) log(event);
  const emit = (event: RetrainingEvent) => {
    log(event);
    tell(event);
  };
  emit({ type: 'opened', folder: folder.path, hello, recipe: plan.recipe, seeds, finished: [...finished.keys()] });
  return {
    folder,
    lines,
    finished,
    checkpointOf: (seed) => join(folder.path, `seed-${seed}.pt`),
    write,
    emit,
    close: () => journal.close(),
  };
}
