/** The log of a retraining: a step for each epoch, with the numbers of every seed. */
import { RETRAINING_JOURNAL } from '../../jobs/retrain/journal.js';
import { retrainingResultSchema } from '../../jobs/retrain/result.js';
import { readResultFile } from '../../report/data/other/job-reports.js';
import type { JobFolder } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import { isLocked } from '../../store/lock.js';
import { answerEntry, type RunLog, runEntry, scalarsEntry } from '../run-log.js';

/** @throws MissingError and UsageError as readJob() */
export function retrainingLog(folder: JobFolder): RunLog {
  const { lines, header } = readJob(folder, RETRAINING_JOURNAL);
  const at = lines[0]?.at ?? 0;
  const result = readResultFile(folder.result, retrainingResultSchema);
  const settings = {
    ...header.settings,
    'rminas version': header.rminas,
    ...(result && { genotype: result.genotype }),
  };
  const scalars = lines.flatMap(({ at: ended, entry }) =>
    entry.type !== 'trained'
      ? []
      : entry.training.epochs.map(({ epoch, learningRate, loss, accuracy, top5, seconds }) =>
          scalarsEntry(epoch, ended, {
            [`seed_${entry.seed}/loss`]: loss,
            [`seed_${entry.seed}/accuracy`]: accuracy,
            [`seed_${entry.seed}/top5`]: top5,
            [`seed_${entry.seed}/learning_rate`]: learningRate,
            [`seed_${entry.seed}/seconds`]: seconds,
          }),
        ),
  );
  return {
    run: runEntry({ folder: folder.path, kind: 'retraining', at, identity: JSON.stringify(lines[0]), settings }),
    scalars,
    answer:
      result &&
      answerEntry({
        genotype: result.genotype,
        accuracy: result.accuracy.mean,
        accuracy_deviation: result.accuracy.deviation,
        top5: result.top5.mean,
        parameters: result.parameters,
        flops: result.flops,
        seconds: result.cost.seconds,
      }),
    state: result !== null ? 'finished' : isLocked(folder) ? 'running' : 'interrupted',
  };
}
