/** The rooms of the tests by what they need. vitest has a project for each of the two lists, and one for all other rooms. */

/**
 * Rooms whose tests start no Python: those of the pure core, of definitions, and of the source text. `npm test` runs them
 * while the Python environment is installed.
 */
export const WITHOUT_PYTHON: readonly string[] = [
  ...['architecture', 'catalogue', 'definitions', 'objectives', 'protocol', 'random', 'search', 'spaces', 'statistics'],
  ...['strategies', 'supernets'],
];

/**
 * Rooms whose tests measure their process or take long. Each file has a process of its own, and its sidecars start as
 * usual. All other tests change nothing in their process, or restore it: the files of one worker share its process, which
 * spares the imports of each, and most of their sidecars are forks, see `use-fork-server.ts`.
 */
export const PROCESSES: readonly string[] = ['faults', 'fuzz', 'package', 'plan'];

/** Patterns of the files of tests in rooms. */
export const filesOf = (rooms: readonly string[]): string[] => rooms.map((room) => `test/${room}/**/*.test.ts`);
