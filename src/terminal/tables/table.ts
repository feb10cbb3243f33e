import { mixedNotes } from '../../jobs/arithmetic-kinds.js';
import type { TableResult } from '../../jobs/table/result.js';
import { formatSeconds } from '../units.js';
import { type LabelledValue, listOf } from './layout.js';

/** The summary of a table that has been built. */
export function describeTable(result: TableResult): string {
  const { space, dataset, specification, architectures, untrained, batches, measurements, failures, session, kinds } =
    result;
  const rows: LabelledValue[] = [
    ['table', result.files.folder],
    ['architectures', `${architectures} of ${space}${untrained === 0 ? '' : `, and ${untrained} without a training`}`],
    ['batches', `of ${specification.batch.size} images of ${dataset}, seeds ${batches.join(', ')}`],
    ['measurements', `${measurements}${failures === 0 ? '' : `, ${failures} of them failed`}`],
    ['this session', `${session.measurements} measurements in ${formatSeconds(session.seconds)}`],
    ...mixedNotes(kinds ?? []).map((text): LabelledValue => ['note', text]),
  ];
  return listOf(rows);
}
