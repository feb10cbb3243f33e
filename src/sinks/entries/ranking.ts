/** The log of a ranking: how well each score ranks. */
import { RANKING_JOURNAL } from '../../jobs/rank/journal.js';
import { type RankingResult, rankingResultSchema } from '../../jobs/rank/result.js';
import { readResultFile } from '../../report/data/other/job-reports.js';
import type { JobFolder } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import { isLocked } from '../../store/lock.js';
import { answerEntry, type RunLog, runEntry } from '../run-log.js';

/** @throws MissingError and UsageError as readJob() */
export function rankingLog(folder: JobFolder): RunLog {
  const { lines, header } = readJob(folder, RANKING_JOURNAL);
  const result = readResultFile(folder.result, rankingResultSchema);
  const { space, seed, rminas } = header;
  const facts = { folder: folder.path, kind: 'ranking', at: lines[0]?.at ?? 0 } as const;
  const settings = { space, seed, 'rminas version': rminas, ...(result && settingsOf(result)) };
  return {
    run: runEntry({ ...facts, identity: JSON.stringify(lines[0]), settings }),
    scalars: [],
    answer: result && answerEntry({ architectures: result.sample.counted, ...correlationsOf(result) }),
    state: result !== null ? 'finished' : isLocked(folder) ? 'running' : 'interrupted',
  };
}

function settingsOf({ dataset, profile, backend, device, sample }: RankingResult): Record<string, string | number> {
  return { dataset, profile, backend, device, drawn: sample.drawn };
}

/** Of all architectures, without the intervals. */
function correlationsOf({ ranked }: RankingResult): Record<string, number | null> {
  const values = ranked.flatMap(({ name, correlations }) =>
    correlations
      .filter(({ best }) => best === 1)
      .flatMap(({ series, kendall, spearman }) => [
        [`${name}/kendall ${series}`, kendall.value] as const,
        [`${name}/spearman ${series}`, spearman.value] as const,
      ]),
  );
  return Object.fromEntries(values);
}
