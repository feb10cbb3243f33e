/** The log of a comparison: the regret of each row over cost. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ComparisonResult, comparisonResultSchema } from '../../jobs/compare/result.js';
import type { LogEntryOf } from '../../protocol/logging.js';
import { COMPARISON_FILE } from '../../report/data/other/comparison.js';
import { readResultFile } from '../../report/data/other/job-reports.js';
import type { JobFolder } from '../../store/folder.js';
import { answerEntry, type RunLog, runEntry, scalarsEntry } from '../run-log.js';

/** @throws UsageError `corrupt-result` */
export function comparisonLog({ path }: JobFolder): RunLog {
  const file = join(path, COMPARISON_FILE);
  const result = readResultFile(file, comparisonResultSchema);
  const at = Math.round(statSync(file).mtimeMs);
  const { space, dataset, cost, budget, rminas, rows } = result ?? { rows: [] };
  const settings = {
    space,
    dataset,
    cost,
    budget,
    'rminas version': rminas,
    rows: rows.map(({ name }) => name).join(),
  };
  return {
    // A comparison has no journal: its folder and its rows say which one it is.
    run: runEntry({ folder: path, kind: 'comparison', at, identity: JSON.stringify([path, settings]), settings }),
    scalars: result === null ? [] : curvesOf(result, at),
    answer: result && answerEntry(finalOf(result)),
    state: 'finished',
  };
}

/** A step is a cost, rounded: seconds, training steps or evaluations. */
function curvesOf({ rows, series }: ComparisonResult, at: number): LogEntryOf<'scalars'>[] {
  return rows.flatMap(({ name, curves }) =>
    curves.flatMap((curve, index) => {
      const last = new Map(curve.map(({ cost, median }) => [Math.round(cost), median]));
      const tag = `${name}/regret ${series[index]?.dataset ?? ''}`;
      return [...last].map(([cost, median]) => scalarsEntry(cost, at, { [tag]: median }));
    }),
  );
}

function finalOf({ rows, series }: ComparisonResult): Record<string, number | undefined> {
  const values = rows.flatMap(({ name, figures }) =>
    figures.flatMap((figure, index) => [
      [`${name}/accuracy ${series[index]?.dataset ?? ''}`, figure?.accuracy.mean] as const,
      [`${name}/regret ${series[index]?.dataset ?? ''}`, figure?.regret.mean] as const,
    ]),
  );
  return Object.fromEntries(values);
}
