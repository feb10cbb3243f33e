import { defineConfig } from 'vitest/config';

/**
 * Rooms whose tests change nothing in their process, or restore it. The files of one worker share its process, which
 * spares the start and the imports of each.
 */
const SHARING = [
  ...['assets', 'catalogue', 'charts', 'commands', 'config', 'definitions', 'docs', 'documentation', 'e2e', 'export'],
  ...['installation', 'objectives', 'plugins', 'protocol', 'proxies', 'random'],
  ...['search', 'spaces', 'statistics', 'store', 'strategies', 'system', 'terminal'],
];
/** Rooms whose tests are about the start, the end or the work of processes, which are started as usual. */
const STARTING = ['bridge', 'faults', 'fuzz', 'package', 'plan', 'sidecar'];

const filesOf = (rooms: readonly string[]) => rooms.map((room) => `test/${room}/**/*.test.ts`);
/** Sets the limits of tests and hooks, which scale with the machine. */
const SETUP = ['test/setup/each-file.ts'];
const FORKING = [...SETUP, 'test/setup/use-fork-server.ts'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'starting', include: filesOf(STARTING), setupFiles: SETUP } },
      {
        extends: true,
        test: {
          name: 'separate',
          include: filesOf(['**']),
          exclude: filesOf([...SHARING, ...STARTING]),
          setupFiles: FORKING,
        },
      },
      { extends: true, test: { name: 'sharing', include: filesOf(SHARING), setupFiles: FORKING, isolate: false } },
    ],
    globalSetup: ['test/setup/once.ts'],
    // On a machine of two cores, further workers compute while the others wait for their sidecars.
    maxWorkers: 4,
    env: {
      // What a test evaluates, it evaluates itself.
      RMINAS_CACHE_MAX: '0',
      // Texts are compared without colours, which some terminals and `CI` ask for.
      NO_COLOR: '1',
      // Interpreters that set no number of threads would take all cores, and their idle threads would spin.
      OMP_NUM_THREADS: '1',
      OMP_WAIT_POLICY: 'PASSIVE',
    },
  },
});
