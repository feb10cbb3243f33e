import type { Progress } from '../../protocol/messages.js';
import { liveLine } from './live-line.js';

/** Shows the progress of a benchmark import, on a terminal only. */
export function importProgress(stream: NodeJS.WriteStream): { show: (progress: Progress) => void; clear: () => void } {
  const line = liveLine(stream);
  return { show: ({ done, total, note }) => line.write(`${note} ${done}/${total}`), clear: line.clear };
}
