/** The log of a one-shot search: a step for each epoch of the supernet. */
import { ONE_SHOT_JOURNAL } from '../../jobs/one-shot/journal.js';
import { oneShotResultSchema } from '../../jobs/one-shot/result.js';
import { readResultFile } from '../../report/data/other/job-reports.js';
import type { JobFolder } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import { isLocked } from '../../store/lock.js';
import { answerEntry, type RunLog, runEntry, scalarsEntry } from '../run-log.js';

/**
 * The numbers of all epochs are known when the architecture is found.
 * @throws MissingError and UsageError as readJob()
 */
export function oneShotLog(folder: JobFolder): RunLog {
  const { lines, header } = readJob(folder, ONE_SHOT_JOURNAL);
  const at = lines[0]?.at ?? 0;
  const result = readResultFile(folder.result, oneShotResultSchema);
  const settings = { ...header.settings, 'rminas version': header.rminas };
  const scalars = lines.flatMap(({ at: ended, entry }) =>
    entry.type !== 'found'
      ? []
      : entry.found.epochs.map(({ epoch, loss, learningRate, multiplyAdds, seconds }) =>
          scalarsEntry(epoch, ended, {
            'one-shot/loss': loss,
            'one-shot/learning_rate': learningRate,
            'one-shot/multiply_adds': multiplyAdds,
            'one-shot/seconds': seconds,
          }),
        ),
  );
  return {
    run: runEntry({ folder: folder.path, kind: 'one-shot', at, identity: JSON.stringify(lines[0]), settings }),
    scalars,
    answer:
      result &&
      answerEntry({
        genotype: result.genotype,
        parameters: result.parameters,
        multiply_adds: result.cost.multiplyAdds,
        seconds: result.cost.seconds,
      }),
    state: result !== null ? 'finished' : isLocked(folder) ? 'running' : 'interrupted',
  };
}
