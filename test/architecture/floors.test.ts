/** A file imports only from its own room and from rooms on lower floors. */
import { describe, expect, it } from 'vitest';
import { filesUnder, importsOfTypeScript, readSource } from './read-imports.js';

/** From the top down. Rooms on one floor do not import each other. A file at the top of src counts as a room. */
const FLOORS: readonly (readonly string[])[] = [
  ['commands', 'documentation', 'result-schemas', 'index'],
  ['terminal', 'ui'],
  ['explain', 'sinks'],
  ['report'],
  ['pipeline'],
  ['export', 'setup', 'doctor'],
  ['jobs/simulate'],
  ['jobs/teacher', 'jobs/table', 'jobs/published-table'],
  ['jobs/compare'],
  ['jobs/rank', 'jobs/retrain', 'jobs/one-shot', 'jobs/score', 'jobs/plan'],
  ['jobs/search'],
  ['jobs'],
  ['evaluators'],
  ['benchmarks', 'plugins', 'bridge'],
  ['assets'],
  ['sidecar', 'config', 'store'],
  ['catalogue'],
  ['search'],
  ['objectives'],
  ['strategies', 'proxies', 'supernets'],
  ['spaces'],
  ['datasets', 'teachers', 'statistics'],
  ['definitions', 'random', 'version'],
  ['protocol', 'installation', 'options'],
  ['system', 'charts'],
  ['errors', 'nearest'],
];

/** The room of a file: its folder below src, and of a job its own folder. */
function roomOf(file: string): string {
  const [first = '', second = '', third] = file
    .replace(/\.[jt]s$/, '')
    .split('/')
    .slice(1);
  return first === 'jobs' && third !== undefined ? `jobs/${second}` : first;
}

const floorOf = (room: string) => FLOORS.findIndex((floor) => floor.includes(room));
const files = filesUnder('src', '.ts');

describe('the floors', () => {
  it('have every room once, and no other', () => {
    const rooms = [...new Set(files.map(roomOf))].sort();
    expect(FLOORS.flat().sort()).toEqual(rooms);
  });

  it('are joined by imports that lead down', () => {
    const imports = files.flatMap((file) => importsOfTypeScript(file, readSource(file)));
    const inside = imports.filter(({ to }) => to.startsWith('src/'));
    const wrong = inside.filter(({ from, to }) => {
      const [above, below] = [roomOf(from), roomOf(to)];
      return above !== below && floorOf(below) <= floorOf(above);
    });
    expect(inside.length).toBeGreaterThan(500);
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});
