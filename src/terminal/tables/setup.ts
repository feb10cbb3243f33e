import { programCommand } from '../../installation/program.js';
import type { SetupReport } from '../../setup/index.js';

/** The interpreter for further commands, and the next steps. */
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
