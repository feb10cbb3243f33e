import pc from 'picocolors';
import type {
  AssetList,
  AssetReport,
  AssetVerification,
  FetchOutcome,
  FetchReport,
  FileReport,
} from '../../assets/index.js';
import { withProgramCommand } from '../../installation/program.js';
import { describeFailure } from '../error.js';
import { formatBytes } from '../units.js';

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

/** One block for each asset: its place, or the searched places and how to get it. */
export function describeAssets(list: AssetList): string {
  return [...foldersOf(list), ...list.assets.map((asset) => block(headOf(asset), placeOf(asset)))].join('\n');
}

/** One block for each asset with its faulty files, then the verdict. */
export function describeVerification(verification: AssetVerification): string {
  const { assets, whole } = verification;
  const blocks = assets.map((asset) =>
    block(headOf(asset), [...placeOf(asset), ...asset.files.flatMap(describeFault)]),
  );
  const verdict = whole ? 'No problems found.' : pc.red(`Problems: ${faultyAssets(assets)}.`);
  return [...foldersOf(verification), ...blocks, verdict].join('\n');
}

/** One block for each asset that is available now. */
export function describeFetch({ assets }: FetchReport): string {
  return assets
    .filter(({ status }) => status !== 'failed')
    .map(describeOutcome)
    .join('\n');
}

/** The failed assets, in the form of errors. */
export function describeFailures({ assets }: FetchReport): string {
  return assets.flatMap(({ error }) => (error === null ? [] : [describeFailure(error)])).join('\n');
}

/** The data folders; needed only when an asset is missing. */
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
  return [`not found ${where}`, ...ways.map((way) => pc.dim(`→ ${withProgramCommand(way)}`))];
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

function describeFault({ path, status, detail }: FileReport): string[] {
  return status === 'wrong' || status === 'missing' ? [pc.red(`${path}: ${detail}`)] : [];
}

function faultyAssets(assets: readonly AssetReport[]): string {
  const faulty = assets.filter(({ status }) => status === 'wrong' || status === 'missing');
  return faulty.map(({ name, status }) => `${name} (${status})`).join(', ');
}

function describeOutcome({ name, status, path, verified, shadowedBy }: FetchOutcome): string {
  const place = path === null ? 'ships with rminas' : path;
  const trust = verified ? '' : ' (not verified: no checksum is published)';
  const warning =
    shadowedBy === null ? [] : [`a search finds ${shadowedBy} first, and that differs from the published file`];
  return block(`${PAINT[status](status)}  ${pc.bold(name)}  ${place}${trust}`, warning);
}

function block(head: string, lines: readonly string[]): string {
  return [head, ...lines.map((line) => `          ${line}`)].join('\n');
}
