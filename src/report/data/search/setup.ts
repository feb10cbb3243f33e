/** The environment, the configuration and the commands of a search. */
import { type DescribedKey, describeConfig } from '../../../config/index.js';
import { shellWord } from '../../../installation/paths.js';
import type { Block, Fact, ReportCommand, ReportTable } from '../schema.js';
import type { PlannedRecords, SearchRecords } from './records.js';

export function setupBlocks(records: SearchRecords): Block[] {
  return [
    { type: 'commands', commands: commandsOf(records) },
    { type: 'facts', facts: environmentFacts(records) },
    ...configurationBlocks(records.planned),
  ];
}

function commandsOf({ folder, header, state }: SearchRecords): ReportCommand[] {
  const data = header.data === null ? '' : ` --data ${shellWord(header.data)}`;
  const { architectures, epochs } = header.verify;
  const verify = architectures > 0 ? ` --verify ${architectures} --verify-epochs ${epochs}` : '';
  const scripted = header.custom !== undefined;
  const config = shellWord(`${folder}/config.yaml`);
  const commands: ReportCommand[] = [];
  if (!scripted) commands.push({ purpose: 'Search again', command: `rminas search --cfg ${config}${data}${verify}` });
  if (state !== 'finished') {
    commands.push({ purpose: 'Resume it', command: `rminas search --resume ${shellWord(folder)}` });
  }
  commands.push({ purpose: 'Write this report', command: `rminas report ${shellWord(folder)}` });
  return commands;
}

function environmentFacts({ header, lines }: SearchRecords): Fact[] {
  const sessions = lines.flatMap(({ entry }) => (entry.type === 'session' ? [entry] : []));
  const last = sessions.at(-1);
  const versions = Object.entries(last?.versions ?? {}).map(([name, version]) => `${name} ${version}`);
  return [
    { label: 'rminas', value: header.rminas },
    { label: 'device', value: last?.device ?? 'none' },
    { label: 'workers', value: String(header.workers) },
    { label: 'sessions', value: String(sessions.length) },
    { label: 'versions', value: versions.join(', ') || 'not recorded' },
    { label: 'specification', value: header.specification, note: 'SHA-256 of everything that a score depends on' },
  ];
}

function configurationBlocks(planned: PlannedRecords | null): Block[] {
  if (planned === null) return [];
  const { keys } = describeConfig(planned.config);
  // What names the run comes first, whatever the default is.
  const isChanged = ({ key, literal }: DescribedKey) => literal !== planned.defaults.get(key) || FIRST.includes(key);
  const changed = keys.filter(isChanged).sort((a, b) => placeOf(a) - placeOf(b));
  const others = keys.filter((key) => !isChanged(key));
  return [
    { type: 'table', title: 'Settings that differ from their defaults', table: keyTable(changed) },
    { type: 'table', title: 'All other settings', table: keyTable(others) },
  ];
}

const FIRST = ['SPACE.NAME', 'LOADER.DATASET', 'RMINAS.STRATEGY', 'RMINAS.OBJECTIVE', 'RNG_SEED'];

function placeOf({ key }: DescribedKey): number {
  const place = FIRST.indexOf(key);
  return place < 0 ? FIRST.length : place;
}

function keyTable(keys: readonly DescribedKey[]): ReportTable {
  return {
    columns: ['key', 'value'].map((label) => ({ label, numeric: false })),
    rows: keys.map(({ key, literal, read }) => ({ cells: [key, read ? literal : `${literal} (not read)`] })),
  };
}
