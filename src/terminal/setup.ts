import { programCommand } from '../installation/advice.js';
import type { SetupProgress, SetupReport } from '../setup/index.js';
import { liveLine } from './live-line.js';

/** A line for each step, and on a terminal the newest line of the program that does it. */
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

/** The interpreter that is used from now on, and what to do next. */
export function describeSetup({ status, python, origin, torch, notices }: SetupReport): string {
  const build = torch === null ? '' : `, with the ${torch === 'cpu' ? 'CPU' : 'CUDA'} build of PyTorch`;
  const verdict = {
    suffices: `Nothing to install: ${python} (${origin}) has all packages.`,
    unchanged: `Nothing to do: the environment is up to date: ${python}${build}.`,
    installed: `Installed: ${python}${build}.`,
  }[status];
  return [
    verdict,
    ...notices,
    `Next: ${programCommand()} doctor, then ${programCommand()} search --cfg quickstart`,
  ].join('\n');
}
