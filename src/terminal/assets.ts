import pc from 'picocolors';
import type {
  AssetList,
  AssetProgress,
  AssetReport,
  AssetVerification,
  FetchOutcome,
  FetchReport,
  FileReport,
  ShowProgress,
} from '../assets/index.js';
import { describeFailure } from './error.js';
import { liveLine } from './live-line.js';

const PAINT = {
  verified: pc.green,
  found: pc.green,
  shipped: pc.green,
  fetched: pc.green,
  present: pc.green,
  missing: pc.yellow,
  wrong: pc.red,
  failed: pc.red,
} as const;

/** A block an asset: whether it is there and where, or where it is looked for and how to get it. */
export function describeAssets(list: AssetList): string {
  return [...foldersOf(list), ...list.assets.map((asset) => block(headOf(asset), placeOf(asset)))].join('\n');
}

/** A block an asset, and of its files whatever is not as published; then the verdict. */
export function describeVerification(verification: AssetVerification): string {
  const { assets, whole } = verification;
  const blocks = assets.map((asset) => block(headOf(asset), [...placeOf(asset), ...asset.files.flatMap(complaint)]));
  const verdict = whole ? 'Nothing is wrong.' : pc.red(`Not as they should be: ${notWhole(assets)}.`);
  return [...foldersOf(verification), ...blocks, verdict].join('\n');
}

/** A line for each asset that is there now. */
export function describeFetch({ assets }: FetchReport): string {
  return assets
    .filter(({ status }) => status !== 'failed')
    .map(describeOutcome)
    .join('\n');
}

/** What was not fetched, why, and what to do about it; the form of an error. */
export function describeFailures({ assets }: FetchReport): string {
  return assets.flatMap(({ error }) => (error === null ? [] : [describeFailure(error)])).join('\n');
}

/** e.g. `170.5 MB`; decimal, as the publishers give it. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return step === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}

/** One line that is rewritten on a terminal; anywhere else a line when a step begins. */
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

/** What the places of missing assets start from. */
function foldersOf({ folders, assets }: AssetList): string[] {
  return assets.some(({ status }) => status === 'missing') ? [`data folders, in order: ${folders.join(', ')}`] : [];
}

function headOf({ name, kind, title, status }: AssetReport): string {
  return `${PAINT[status](status.padEnd('verified'.length))}  ${pc.bold(name)} (${kind}): ${title}`;
}

function placeOf({ name, status, path, files, places, lookedFor, download, instructions }: AssetReport): string[] {
  if (status === 'shipped') return [];
  if (path !== null) return [`${path}${describeFiles(files)}`];
  const size = download?.bytes === undefined ? '' : ` (${formatBytes(download.bytes)})`;
  const ways = download === null ? instructions : [`rminas assets fetch ${name}${size}`];
  const where = places.length > 0 ? `in the data folders as ${places.join(', ')}` : `at ${lookedFor.join(', ')}`;
  return [`looked for ${where}`, ...ways.map((way) => pc.dim(`→ ${way}`))];
}

/** e.g. `, 6 of 6 files, 186.0 MB, MD5 c58f…`. */
function describeFiles(files: readonly FileReport[]): string {
  const there = files.filter(({ status }) => status !== 'missing');
  const count = files.length === 1 ? '' : `, ${there.length} of ${files.length} files`;
  const bytes = there.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const size = there.some((file) => file.bytes !== null) ? `, ${formatBytes(bytes)}` : '';
  const [only] = files;
  const sum = files.length === 1 && only?.status === 'verified' ? `, ${only.detail}` : '';
  return `${count}${size}${sum}`;
}

function complaint({ path, status, detail }: FileReport): string[] {
  return status === 'wrong' || status === 'missing' ? [pc.red(`${path}: ${detail}`)] : [];
}

function notWhole(assets: readonly AssetReport[]): string {
  const bad = assets.filter(({ status }) => status === 'wrong' || status === 'missing');
  return bad.map(({ name, status }) => `${name} (${status})`).join(', ');
}

function describeOutcome({ name, status, path, verified, shadowedBy }: FetchOutcome): string {
  const place = path === null ? 'ships with rminas' : path;
  const trust = verified ? '' : ' (not verified: no checksum is published)';
  const warning = shadowedBy === null ? [] : [`a search finds ${shadowedBy} first, which is not what was published`];
  return block(`${PAINT[status](status)}  ${pc.bold(name)}  ${place}${trust}`, warning);
}

function block(head: string, lines: readonly string[]): string {
  return [head, ...lines.map((line) => `          ${line}`)].join('\n');
}
