import type { SetupProgress } from '../../setup/index.js';
import { liveLine } from './live-line.js';

/** Writes a line for each step. On a terminal, a live line shows the newest output of pip. */
export function setupProgress(stream: NodeJS.WriteStream): {
  show: (progress: SetupProgress) => void;
  clear: () => void;
} {
  const live = liveLine(stream);
  const show = ({ step, line }: SetupProgress) => {
    if (line === null) {
      live.clear();
      stream.write(`setup: ${step}\n`);
    } else if (stream.isTTY) {
      live.write(line.slice(0, Math.max(20, (stream.columns ?? 80) - 1)));
    } else if (/^(?:Downloading|Installing collected|Successfully)/.test(line)) {
      stream.write(`setup:   ${line}\n`);
    }
  };
  return { show, clear: live.clear };
}
