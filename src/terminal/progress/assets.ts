import type { AssetProgress, ShowProgress } from '../../assets/index.js';
import { formatBytes } from '../units.js';
import { liveLine } from './live-line.js';

/** Rewrites one line on a terminal. Elsewhere, writes a line when a step begins. */
export function assetProgress(stream: NodeJS.WriteStream): { show: ShowProgress; clear: () => void } {
  const line = liveLine(stream);
  let before = '';
  const show = (progress: AssetProgress) => {
    line.write(describeProgress(progress));
    const { name, step, total } = progress;
    const begun = `${name}: ${step}${total === null ? '' : ` ${formatBytes(total)}`}`;
    if (!stream.isTTY && begun !== before) stream.write(`${begun}\n`);
    before = begun;
  };
  return { show, clear: line.clear };
}

function describeProgress({ name, step, done, total }: AssetProgress): string {
  const share = total ? ` of ${formatBytes(total)} (${Math.floor((100 * done) / total)} %)` : '';
  return `${name}: ${step} ${formatBytes(done)}${share}`;
}
