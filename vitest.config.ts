import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // In this order: what is compiled lies among the temporary files.
    globalSetup: ['test/setup/build.ts', 'test/setup/temporary.ts', 'test/setup/kernels.ts', 'test/setup/slowness.ts'],
    // Sets the limits of tests and hooks, which scale with the machine.
    setupFiles: ['test/setup/each-file.ts'],
    // The tests start real sidecars on a machine that may have two cores.
    maxWorkers: 2,
    // What a test evaluates, it evaluates itself. Texts are compared without colours, which some terminals and `CI` ask for.
    env: { RMINAS_CACHE_MAX: '0', NO_COLOR: '1' },
  },
});
