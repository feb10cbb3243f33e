import pc from 'picocolors';
import type { ConfigDescription } from '../../config/index.js';
import { fittingTable } from './layout.js';

/** Every key with its value and origin, then the decisions of the profile, then the notices. */
export function describeConfigTable(config: ConfigDescription): string {
  const table = fittingTable(['key', 'value', 'from', 'set in'], ['left', 'left', 'left', 'left'], { lines: false });
  const add = (name: string, value: string | number, { source, where }: { source: string; where: string }) =>
    table.push([name, String(value), mark(source), shorten(where, config.file)]);
  for (const key of config.keys) add(key.read ? key.key : `${key.key} (not read)`, key.literal, key);
  for (const decision of config.decisions) add(decision.name, decision.value, decision);
  return [heading(config), table.toString(), ...config.notices.map((text) => `note: ${text}`)].join('\n');
}

function heading({ file, dialect, purpose }: ConfigDescription): string {
  const form = dialect === 'archive' ? "the RMI-NAS archive's" : "XNAS's";
  const use = purpose === 'search' ? 'a search' : 'a retraining (rminas retrain)';
  return `${pc.bold(file ?? 'no file')}  in ${form} form, for ${use}`;
}

/** Shortens the file's path, which the heading shows in full. */
function shorten(where: string, file: string | null): string {
  return file === null ? where : where.replace(` of ${file}`, '').replace(file, 'the file');
}

/** Highlights every source but the default. */
function mark(source: string): string {
  return source === 'default' ? source : pc.cyan(source);
}
