import Table from 'cli-table3';
import pc from 'picocolors';
import type { ConfigDescription } from '../config/index.js';

/** Every key with its value and its origin, then what the profile decides, then what the user should know. */
export function describeConfigTable(config: ConfigDescription): string {
  const table = new Table({
    head: ['key', 'value', 'from', ''],
    style: { head: [], border: [] },
  });
  for (const { key, literal, source, where } of config.keys) table.push([key, literal, mark(source), where]);
  for (const { name, value, source, where } of config.decisions) table.push([name, value, mark(source), where]);
  return [heading(config), table.toString(), ...config.notices.map((text) => `note: ${text}`)].join('\n');
}

function heading({ file, dialect, purpose }: ConfigDescription): string {
  const form = dialect === 'archive' ? "the RMI-NAS archive's" : "XNAS's";
  const use = purpose === 'search' ? 'a search' : 'a retraining (rminas retrain)';
  return `${pc.bold(file ?? 'no file')}  in ${form} form, for ${use}`;
}

/** A default needs no attention. */
function mark(source: string): string {
  return source === 'default' ? source : pc.cyan(source);
}
