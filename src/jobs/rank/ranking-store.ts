import { join } from 'node:path';
import { dumpConfig } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import type { Prepared } from '../../protocol/messages.js';
import type { Specification } from '../../protocol/specification.js';
import type { Sidecar } from '../../sidecar/client.js';
import { ensureJobFolder } from '../../store/folder.js';
import { type JobListener, type JobStore, openJob } from '../../store/job-store.js';
import { kindsOf, kindsOfSessions } from '../arithmetic-kinds.js';
import { sessionOf } from '../session.js';
import { describeRankingEvent, type RankingEvent } from './events.js';
import { RANKING_JOURNAL, type RankingEntry, type RankingHeader, rankingHeaderOf } from './journal.js';
import { MeasuredValues, type MeasurementSetting } from './measured-values.js';
import type { RankingPlan } from './plan.js';

/** The job store of a ranking, and the values that its journal holds. */
export class RankingStore {
  readonly job: JobStore<RankingEntry, RankingHeader, RankingEvent>;
  readonly values = new MeasuredValues();

  constructor(job: RankingStore['job']) {
    this.job = job;
    for (const { entry } of job.lines) if (entry.type === 'measured') this.values.add(entry);
  }

  /** Journals an entry, and takes its values. */
  write(entry: RankingEntry): void {
    this.job.write(entry);
    if (entry.type === 'measured') this.values.add(entry);
  }

  /** The kinds of arithmetic of the measurements by a specification on a batch. */
  kinds({ digest, batch }: MeasurementSetting): string[] {
    return kindsOfSessions(
      this.job.lines.flatMap(({ entry }) =>
        entry.type === 'session' && entry.digest === digest && entry.batch === batch ? [entry] : [],
      ),
    );
  }

  /** Journals that this process measures by a specification from now on. */
  writeSession({ hello }: Pick<Sidecar, 'hello'>, specification: Specification, { digest, batch }: Prepared): void {
    const { workers, threads } = hello;
    const setting = { specification, digest, batch: batch.digest };
    this.write({ ...sessionOf(hello), kinds: kindsOf(hello), workers, threads, ...setting });
  }
}

/**
 * Opens the folder that all rankings of a space, a data set and a seed share, and begins to write. Everything
 * else may change from session to session, since each measurement names its specification.
 * @throws UsageError while another process is at work in the folder, or when it holds something else.
 */
export function openRanking({ config, plan }: RankingPlan, listener: JobListener<RankingEvent>): RankingStore {
  const { specification, settings, outDir } = plan;
  const { space, dataset } = specification;
  const job = openJob<RankingEntry, RankingHeader, RankingEvent>({
    place: { kind: 'shared', folder: ensureJobFolder(join(outDir, `rank-${space}-${dataset}-seed${settings.seed}`)) },
    format: RANKING_JOURNAL,
    describe: describeRankingEvent,
    listener,
  });
  try {
    const header = rankingHeaderOf({ space, seed: settings.seed });
    checkHeader(job.earlier?.header, header, job.folder.journal);
    job.begin({ config: dumpConfig(config.settings), header });
    const store = new RankingStore(job);
    const kept = job.lines.filter(({ entry }) => entry.type === 'measured').length;
    job.emit({ type: 'opened', folder: job.folder.path, kept });
    return store;
  } catch (error) {
    job.close();
    throw error;
  }
}

/** The architectures of another space or seed would be other ones. */
function checkHeader(found: RankingHeader | undefined, wanted: RankingHeader, journal: string): void {
  if (found === undefined || (found.space === wanted.space && found.seed === wanted.seed)) return;
  const { space, seed } = found;
  throw new UsageError(`${journal} is not of this ranking: it is of the space ${space} and the seed ${seed}.`, {
    code: 'corrupt-journal',
    nextSteps: ['Name another folder with --out, or move that one away.'],
  });
}
