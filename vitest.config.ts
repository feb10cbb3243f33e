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
const sharing = SHARING.map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'processes', include: ['test/**/*.test.ts'], exclude: sharing } },
      { extends: true, test: { name: 'sharing', include: sharing, isolate: false } },
    ],
    globalSetup: ['test/setup/once.ts'],
    // Sets the limits of tests and hooks, which scale with the machine.
    setupFiles: ['test/setup/each-file.ts'],
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
