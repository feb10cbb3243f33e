import { existsSync } from 'node:fs';
import { dumpConfig } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import type { Prepared } from '../../protocol/messages.js';
import type { Specification } from '../../protocol/specification.js';
import type { Sidecar } from '../../sidecar/client.js';
import { keepRunFolder, type RunFolder, writeRunFile } from '../../store/folder.js';
import { JournalWriter } from '../../store/journal-file.js';
import { makeUnderLock } from '../../store/lock.js';
import { VERSION } from '../../version.js';
import { appendToLog } from '../search/log.js';
import { describe, type RankingEvent } from './events.js';
import { type Entry, headerOf, type RankingLine, readRankingJournal } from './journal.js';
import { Measurements } from './measurements.js';
import type { RankingPlan } from './plan.js';

/** Where a ranking is written down. */
export interface RankingDesk {
  readonly folder: RunFolder;
  readonly lines: readonly RankingLine[];
  readonly measurements: Measurements;
  readonly write: (entry: Entry) => void;
  readonly emit: (event: RankingEvent) => void;
  readonly close: () => void;
}

/**
 * Opens the folder that rankings of a space, a data set and a seed share, whatever else they differ in, for this
 * process alone.
 * @throws UsageError while another process is at work in it, or when it holds something else.
 */
export function openDesk(ranking: RankingPlan, tell: (event: RankingEvent) => void): RankingDesk {
  const { specification, settings, outDir } = ranking.plan;
  const folder = keepRunFolder(outDir, `rank-${specification.space}-${specification.dataset}-seed${settings.seed}`);
  return makeUnderLock(folder, () => setDesk(folder, ranking, tell));
}

function setDesk(folder: RunFolder, { config, plan }: RankingPlan, tell: (event: RankingEvent) => void): RankingDesk {
  const header = headerOf({ rminas: VERSION, space: plan.specification.space, seed: plan.settings.seed });
  const earlier = existsSync(folder.journal) ? readRankingJournal(folder.journal) : { lines: [], wholeBytes: 0 };
  if (earlier.lines.length > 0) checkHeader(earlier.lines[0]?.entry, header, folder);
  writeRunFile(folder.config, dumpConfig(config.settings));
  const journal = new JournalWriter<Entry>(folder.journal, earlier.wholeBytes);
  const lines = [...earlier.lines];
  const measurements = new Measurements();
  for (const { entry } of lines) measurements.add(entry);
  const write = (entry: Entry) => {
    lines.push(journal.append(entry));
    measurements.add(entry);
  };
  if (lines.length === 0) write(header);
  const emit = (event: RankingEvent) => {
    const text = describe(event);
    if (text !== null) appendToLog(folder.log, text);
    tell(event);
  };
  const kept = lines.filter(({ entry }) => entry.type === 'measured').length;
  emit({ type: 'opened', folder: folder.path, kept });
  return { folder, lines, measurements, write, emit, close: () => journal.close() };
}

/** Writes down that this process measures by a specification from now on. */
export function writeSession(
  desk: RankingDesk,
  { hello }: Pick<Sidecar, 'hello'>,
  specification: Specification,
  { digest, batch }: Prepared,
): void {
  const { versions, device, workers, threads } = hello;
  const { pid } = process;
  desk.write({ type: 'session', pid, versions, device, workers, threads, specification, digest, batch: batch.digest });
}

/** Another space's or seed's architectures would be other ones. */
function checkHeader(found: Entry | undefined, wanted: Entry, folder: RunFolder): void {
  if (found?.type === 'ranking' && wanted.type === 'ranking') {
    if (found.space === wanted.space && found.seed === wanted.seed) return;
  }
  throw new UsageError(`${folder.journal} is not of this ranking.`, {
    code: 'corrupt-journal',
    nextSteps: ['Name another folder with --out, or move that one away.'],
  });
}
